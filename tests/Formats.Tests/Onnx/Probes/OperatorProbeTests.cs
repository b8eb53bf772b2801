using System.Globalization;
using Google.Protobuf;
using Ocs.OnnxRuntime;
using Ocs.Pruning;
using Xunit.Abstractions;

namespace Ocs.Formats.Tests.Onnx.Probes;

/// <summary>
/// Each of ONNX's operators on a computed value: the file is read, written, and cut, and ONNX Runtime computes the same
/// each time. docs/onnx.md has the counts.
/// </summary>
[NoTensorLeaks]
public sealed class OperatorProbeTests(ITestOutputHelper output) : IDisposable
{
    private const double Tolerance = 1e-4;
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names => [.. Probes.All.Select(probe => probe.Name)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_file_with_it_is_read_cut_and_equal(string name)
    {
        var probe = Probes.All.Single(probe => probe.Name == name);
        File.WriteAllBytes(_folder.PathOf("a.onnx"), ProbeFile.Of(probe).ToByteArray());
        using var read = OnnxFile.Read(_folder.PathOf("a.onnx"));
        OnnxFile.Write(_folder.PathOf("again.onnx"), read);

        var kept = read.Graph.Origin!.Kept?.First.Select(node => $"{node.Operator}: {node.Reason}") ?? [];
        Assert.True(probe.IsKept == kept.Any(), $"kept: {string.Join("; ", kept)}");
        AssertEqual("a.onnx", "again.onnx");

        using var cut = read.Prune(new PruneOptions { Target = 0.3, TargetTolerance = null });
        Assert.True(cut.Network.Macs < read.Macs);
        OnnxFile.Write(_folder.PathOf("cut.onnx"), cut.Network);
        if (cut.Gate.Note is null)
        {
            using var zeroed = cut.Plan.Expand(cut.Network.Parameters);
            OnnxFile.Write(_folder.PathOf("zeroed.onnx"), cut.Plan.Before, zeroed);
            AssertEqual("zeroed.onnx", "cut.onnx");
        }
    }

    // Each of these is also a case of the test above.
    [Fact]
    public void As_many_are_read_as_the_page_says()
    {
        var kept = Probes.All.Where(probe => probe.IsKept).Select(probe => probe.Name).ToList();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Probes.All.Count - kept.Count} are read, {kept.Count} are kept: {string.Join(", ", kept)}"));

        Assert.Equal((173, 33), (Probes.All.Count - kept.Count, kept.Count));
        Assert.Equal(Probes.All.Count, Probes.All.Select(probe => probe.Name).Distinct().Count());
    }

    private void AssertEqual(string first, string second)
    {
        using var one = InferenceSession.Open(_folder.PathOf(first), 1);
        using var other = InferenceSession.Open(_folder.PathOf(second), 1);
        var image = TensorData.Of(new Dice(3).Floats(3 * 8 * 8, -2, 2), 1, 3, 8, 8);
        foreach (var (left, right) in one.Run(image).Zip(other.Run(image)))
        {
            Assert.Equal(left.Type, right.Type);
            Tensors.AssertClose(Floats(left), Floats(right), Tolerance);
        }
    }

    private static float[] Floats(TensorData data) => data.Type switch
    {
        ElementType.Float32 => data.As<float>(),
        ElementType.Int64 => Array.ConvertAll(data.As<long>(), number => (float)number),
        ElementType.Bool => Array.ConvertAll(data.As<bool>(), number => number ? 1f : 0),
        _ => Array.ConvertAll(data.As<int>(), number => (float)number),
    };
}
