using System.Diagnostics;
using System.Runtime.InteropServices;
using Ocs.Graphs;
using Ocs.Torch;
using Xunit.Abstractions;

namespace Ocs.Formats.Tests.Onnx;

public sealed class TrialTests(ITestOutputHelper output)
{
    [Fact]
    public void Trial()
    {
        foreach (var folder in Directory.GetDirectories("/tmp/oi").Order())
        {
            var name = Path.GetFileName(folder);
            if (!File.Exists(Path.Combine(folder, "output.npy")) || (Environment.GetEnvironmentVariable("TRIAL") is { } only && !only.Split(',').Contains(name)))
            {
                continue;
            }

            try
            {
                var watch = Stopwatch.StartNew();
                using var model = OnnxFile.Read(Path.Combine(folder, "model.onnx"));
                var time = watch.ElapsedMilliseconds;
                if (Environment.GetEnvironmentVariable("SHOW") is not null)
                {
                    File.WriteAllText($"/tmp/oi/{name}.txt", model.Graph.ToString());
                }

                using var input = Npy(Path.Combine(folder, "input.npy"));
                using var expected = Npy(Path.Combine(folder, "output.npy"));
                using var _ = Autograd.NoGrad();
                using var actual = new Executor(model.Graph, model.Parameters).Forward(input, training: false);
                var (a, b) = (expected.ToArray<float>(), actual.ToArray<float>());
                var scale = a.Max(Math.Abs);
                output.WriteLine($"{name}: {time} ms, difference {a.Zip(b, (x, y) => Math.Abs(x - y)).Max() / scale:e2} of {scale:e2}, {a.Length} {b.Length}, {model.Graph.Nodes.Length} nodes, {string.Join(' ', model.Graph.Nodes.GroupBy(n => n.Operator.GetType().Name).Select(g => $"{g.Key}:{g.Count()}"))}");
            }
            catch (Exception error)
            {
                output.WriteLine($"{name}: FAILED {error.GetType().Name} {error.Message}\n{(error is OcsInputException ? "" : error.StackTrace)}");
            }
        }
    }

    private static Tensor Npy(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var length = BitConverter.ToUInt16(bytes, 8);
        var header = System.Text.Encoding.ASCII.GetString(bytes, 10, length);
        var shape = header[(header.IndexOf('(') + 1)..header.IndexOf(')')].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(long.Parse).ToArray();
        return Tensor.FromArray<float>(MemoryMarshal.Cast<byte, float>(bytes.AsSpan(10 + length)), shape);
    }
}
