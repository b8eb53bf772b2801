using System.Buffers.Binary;
using System.Text;
using Ocs.Formats.Tests.OcsFiles;
using Ocs.Torch;
using Xunit.Abstractions;

namespace Ocs.Formats.Tests.Safetensors;

/// <summary>Damage at random to safetensors files and to checkpoints, which are such files with a check sum.</summary>
[NoTensorLeaks]
public sealed class SafetensorsFuzzTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("bytes", 30)]
    [InlineData("header", 60)]
    public void Damage_is_read_or_refused_in_one_sentence(string kind, int percentRefused)
    {
        var graph = SmallGraphs.Random(3);
        using var parameters = SmallGraphs.Parameters(graph, 3);
        var path = _folder.PathOf("damaged.safetensors");
        SafetensorsFile.Write(path, parameters, new Dictionary<string, string> { ["model"] = "random" });
        var whole = File.ReadAllBytes(path);
        Fuzz.Try(
            $"safetensors, {kind}", output, path, percentRefused,
            dice => File.WriteAllBytes(path, kind == "bytes"
                ? Damage.Bytes(whole, dice)
                : WithHeader(whole, header => Damage.Json(header, dice))),
            () => Release(SafetensorsFile.Read(path)));
    }

    [Theory]
    [InlineData("bytes", 95)]
    [InlineData("bytes, right check sum", 20)]
    [InlineData("header, right check sum", 60)]
    public void Damaged_checkpoints_are_read_or_refused_in_one_sentence(string kind, int percentRefused)
    {
        var graph = SmallGraphs.Random(3);
        using var parameters = SmallGraphs.Parameters(graph, 3);
        var path = _folder.PathOf("damaged.safetensors");
        using (var stream = File.Create(path))
        {
            CheckpointFile.Write(stream, new(
                [.. "{\"epoch\":3}"u8], graph, SmallGraphs.Random(4), parameters.Names.ToDictionary(
                    name => name, name => parameters[name])));
        }

        var whole = File.ReadAllBytes(path);
        Fuzz.Try(
            $"checkpoint, {kind}", output, path, percentRefused, dice => File.WriteAllBytes(path, Make(dice)), () =>
                Release(CheckpointFile.Read(path).Tensors));

        byte[] Make(Dice dice) => kind switch
        {
            "bytes" => Damage.Bytes(whole, dice),
            "bytes, right check sum" => OcsBytes.Sealed(Damage.Bytes(whole, dice)),
            _ => OcsBytes.Sealed(WithHeader(whole, header => Damage.Json(header, dice))),
        };
    }

    private static byte[] WithHeader(byte[] file, Func<string, string> change)
    {
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        var header = Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(file, sizeof(ulong), length)));
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)header.Length);
        return [.. bytes, .. header, .. file.AsSpan(sizeof(ulong) + length)];
    }

    private static void Release(IReadOnlyDictionary<string, Tensor> tensors)
    {
        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
