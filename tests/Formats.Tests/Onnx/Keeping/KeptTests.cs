using Google.Protobuf;
using Ocs.Graphs;
using Ocs.OnnxRuntime;
using Ocs.Pruning;
using Onnx;

namespace Ocs.Formats.Tests.Onnx.Keeping;

/// <summary>
/// Files with nodes that are not read: these are kept as they are, the rest is cut, and ONNX Runtime computes from the
/// cut file what it computes from the whole one with the pruned channels at zero.
/// </summary>
[NoTensorLeaks]
public sealed class KeptTests : IDisposable
{
    private const double Tolerance = 1e-4;
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Kinds => [.. WildFile.Kinds.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_not_read_is_named(string kind)
    {
        using var read = Read(WildFile.Of(kind));

        Assert.Equal(WildFile.Kinds[kind], read.Graph.Origin!.Kept!.First.Select(node => node.Operator));
        Assert.Contains(read.Graph.Parameters, spec => spec.Name == "second.weight");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_cut_file_has_all_else_as_it_was(string kind)
    {
        var model = WildFile.Of(kind);
        using var read = Read(model);
        using var cut = read.Prune(Half);
        OnnxFile.Write(_folder.PathOf("cut.onnx"), cut.Network);

        var written = ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.PathOf("cut.onnx")));
        var kept = read.Graph.Origin!.Kept!.Nodes.Select(node => node.Name).ToHashSet();
        Assert.True(cut.Network.Macs < 0.7 * read.Macs);
        Assert.Equal(Names(model.Graph.Input), Names(written.Graph.Input));
        Assert.Equal(Names(model.Graph.Output), Names(written.Graph.Output));
        Assert.Equal(model.Graph.Input[0].Type, written.Graph.Input[0].Type);
        Assert.Equal(model.OpsetImport, written.OpsetImport);
        Assert.Equal(model.MetadataProps, written.MetadataProps);
        Assert.Equal(model.Functions, written.Functions);
        Assert.All(
            model.Graph.Node.Where(node => kept.Contains(node.Name)),
            node => Assert.Contains(node, written.Graph.Node));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Onnx_runtime_computes_from_the_cut_file_what_it_does_from_the_zeroed_one(string kind)
    {
        if (WildFile.Kinds[kind].Contains("Stamp"))
        {
            return;
        }

        using var read = Read(WildFile.Of(kind));
        using var cut = read.Prune(Half);
        using var zeroed = cut.Plan.Expand(cut.Network.Parameters);
        OnnxFile.Write(_folder.PathOf("zeroed.onnx"), cut.Plan.Before, zeroed);
        OnnxFile.Write(_folder.PathOf("cut.onnx"), cut.Network);

        AssertEqual("zeroed.onnx", "cut.onnx");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Onnx_runtime_computes_from_the_written_file_what_it_does_from_the_first(string kind)
    {
        if (WildFile.Kinds[kind].Contains("Stamp"))
        {
            return;
        }

        using var read = Read(WildFile.Of(kind));
        OnnxFile.Write(_folder.PathOf("again.onnx"), read);

        AssertEqual("a.onnx", "again.onnx");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_kept_survives_an_ocs_file(string kind)
    {
        using var read = Read(WildFile.Of(kind));
        OcsFile.Write(_folder.PathOf("a.ocs"), read.Graph, read.Parameters);
        using var again = OcsFile.Read(_folder.PathOf("a.ocs"));
        OnnxFile.Write(_folder.PathOf("first.onnx"), read);
        OnnxFile.Write(_folder.PathOf("second.onnx"), again);

        Assert.Equal(File.ReadAllBytes(_folder.PathOf("first.onnx")), File.ReadAllBytes(_folder.PathOf("second.onnx")));
    }

    [Fact]
    public void A_file_of_unknown_operators_comes_out_as_it_came_in()
    {
        var model = WildFile.Unknown();
        using var read = Read(model);
        OnnxFile.Write(_folder.PathOf("again.onnx"), read);

        var written = ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.PathOf("again.onnx")));
        (written.ProducerName, written.ProducerVersion) = ("", "");
        Assert.Empty(read.Graph.Nodes);
        Assert.Equal(model, written);
    }

    private static PruneOptions Half => new() { Target = 0.5, TargetTolerance = null };

    private static List<string> Names(IEnumerable<ValueInfoProto> values) => [.. values.Select(value => value.Name)];

    private void AssertEqual(string first, string second)
    {
        using var one = InferenceSession.Open(_folder.PathOf(first), 1);
        using var other = InferenceSession.Open(_folder.PathOf(second), 1);
        var numbers = new Dice(3).Floats(3 * 8 * 8, -2, 2);
        long[] shape = [.. one.Inputs[0].Shape];
        var input = one.Inputs[0].Type == ElementType.Float16
            ? TensorData.Of(Array.ConvertAll(numbers, number => (Half)number), shape)
            : TensorData.Of(numbers, shape);
        var (expected, actual) = (one.Run(input), other.Run(input));

        Assert.Equal(expected.Length, actual.Length);
        foreach (var (left, right) in expected.Zip(actual))
        {
            Assert.Equal(left.Type, right.Type);
            Assert.Equal(left.Shape.AsSpan().ToArray(), right.Shape.AsSpan().ToArray());
            Tensors.AssertClose(Floats(left), Floats(right), left.Type == ElementType.Float16 ? 1e-2 : Tolerance);
        }
    }

    private static float[] Floats(TensorData data) => data.Type switch
    {
        ElementType.Float32 => data.As<float>(),
        ElementType.Float16 => Array.ConvertAll(data.As<Half>(), number => (float)number),
        ElementType.Int64 => Array.ConvertAll(data.As<long>(), number => (float)number),
        _ => Array.ConvertAll(data.As<int>(), number => (float)number),
    };

    private Network Read(ModelProto model)
    {
        File.WriteAllBytes(_folder.PathOf("a.onnx"), model.ToByteArray());
        return OnnxFile.Read(_folder.PathOf("a.onnx"));
    }
}
