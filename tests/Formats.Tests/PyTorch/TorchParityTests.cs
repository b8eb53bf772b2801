using System.Globalization;
using Ocs.Torch;

namespace Ocs.Formats.Tests.PyTorch;

/// <summary>Files of PyTorch itself, and PyTorch on our files.</summary>
[NoTensorLeaks]
public sealed class TorchParityTests : IDisposable
{
    private static readonly Dictionary<string, DType> Types = new()
    {
        ["float64"] = DType.Float64,
        ["float32"] = DType.Float32,
        ["float16"] = DType.Float16,
        ["bfloat16"] = DType.BFloat16,
        ["int64"] = DType.Int64,
        ["int32"] = DType.Int32,
        ["int16"] = DType.Int16,
        ["int8"] = DType.Int8,
        ["uint8"] = DType.UInt8,
        ["bool"] = DType.Bool,
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [PythonFact]
    public void Every_kind_of_file_of_PyTorch_is_read_as_PyTorch_reads_it()
    {
        RunScript("write_torch.py", _folder.Path);
        var files = Directory.GetFiles(_folder.Path, "*.names");

        Assert.Equal(2 * 12, files.Length);
        foreach (var names in files)
        {
            var path = names[..^".names".Length];
            var tensors = PyTorchFile.Read(path);
            var lines = File.ReadAllLines(names).Select(line => line.Split('|')).ToList();
            Assert.Equal(lines.Select(line => line[0]), tensors.Keys);
            foreach (var (name, type, shape) in lines.Select(line => (line[0], line[1], line[2])))
            {
                Assert.Equal(Types[type], tensors[name].DType);
                Assert.Equal(shape, string.Join(',', tensors[name].Shape.ToArray()));
                Assert.True(tensors[name].IsContiguous());
                Assert.True(
                    File.ReadAllBytes($"{path}.{name}").AsSpan().SequenceEqual(Compare.Bits(tensors[name])),
                    $"{path}: {name}");
            }

            Release.All(tensors);
        }
    }

    [PythonFact]
    public void What_is_written_is_loaded_by_PyTorch_with_and_without_weights_only()
    {
        using var numbers = Tensor.FromArray([0f, 1f, 3.14159f, 100.5f, 0f, 7f], [2, 3]);
        var tensors = new List<KeyValuePair<string, Tensor>>();
        foreach (var (name, type) in Types)
        {
            tensors.Add(new($"layer.{name}", numbers.To(type)));
        }

        tensors.Add(new("scalar", Tensor.FromArray([5L], [])));
        tensors.Add(new("empty", Tensor.Zeros([0, 4])));
        tensors.Add(new("transposed", Aten.Call("aten::t", "", numbers)[0]));
        tensors.Add(new("größe", Tensor.Ones([3, 1, 2])));
        var path = _folder.PathOf("written.pth");
        PyTorchFile.Write(path, tensors);
        File.WriteAllLines($"{path}.names", tensors.Select(pair => string.Create(
            CultureInfo.InvariantCulture,
            $"{pair.Key}|{Types.First(type => type.Value == pair.Value.DType).Key}|"
            + $"{string.Join(',', pair.Value.Shape.ToArray())}")));
        foreach (var (name, tensor) in tensors)
        {
            File.WriteAllBytes($"{path}.{name}", Compare.Bits(tensor));
        }

        RunScript("load_torch.py", path);
        tensors.ForEach(pair => pair.Value.Dispose());
    }

    private static void RunScript(string name, string argument)
    {
        var (exitCode, said) = Python.Run(Path.Combine(AppContext.BaseDirectory, "PyTorch", name), argument);
        Assert.True(exitCode == 0, said);
    }
}
