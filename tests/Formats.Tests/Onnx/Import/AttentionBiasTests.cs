using Google.Protobuf;
using Ocs.Formats.Onnx.Import;
using Ocs.Formats.Onnx.Import.Operators;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Tests.Onnx.Import;

/// <summary>
/// What constants that are added to attention's scores become: two heads, two positions side by side.
/// </summary>
[NoTensorLeaks]
public sealed class AttentionBiasTests : IDisposable
{
    // Of each head, for the distances -1, 0 and 1.
    private static readonly float[] Table = [1, 10, 2, 20, 3, 30];
    private static readonly float[] Gathered = [2, 1, 3, 2, 20, 10, 30, 20];

    private readonly TemporaryFolder _folder = new();
    private readonly HandMade _g = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void A_folded_bias_by_distance_is_its_table_again(int rank)
    {
        long[] shape = rank == 4 ? [1, 2, 2, 2] : [1, 1, 2, 2, 2];
        using var read = Read(Attend("x", _g.Weight("onnx::Add_7", shape, Gathered), rank));

        var table = Assert.Single(read.Graph.Parameters);
        Assert.Equal(("MatMul_4.relative_position_bias_table", true), (table.Name, table.IsTrainable));
        Assert.Equal([3L, 2], table.Shape.ToArray());
        Assert.Equal(Table, read.Parameters[table.Name].ToArray<float>());
        Assert.Equal(
            new Pair(1, 2),
            Assert.Single(read.Graph.Nodes.Select(node => node.Operator).OfType<RelativePositionBias>()).Window);
    }

    [Fact]
    public void A_bias_by_distance_in_a_sequence_has_one_row_a_distance()
    {
        // A window of 2 x 2 fits, too, and has more rows.
        float[] numbers =
            [.. Enumerable.Range(0, 32).Select(at => 10f * (at / 16) + at % 4 - at / 4 % 4)];
        var table = PositionTable.Find(OnnxTensor.OfFloats([1, 2, 4, 4], () => numbers), heads: 2)!;

        Assert.Equal(new Pair(1, 4), table.Window);
        Assert.Equal([7L, 2], table.Rows.Shape.ToArray());
        Assert.Equal(
            [-3f, 7, -2, 8, -1, 9, 0, 10, 1, 11, 2, 12, 3, 13],
            table.Rows.Floats.Chunk(2).OrderBy(row => row[0]).SelectMany(row => row));
    }

    [Fact]
    public void A_table_that_the_file_holds_keeps_its_name_and_is_shared()
    {
        var table = _g.Weight("bias_table", [3, 2], Table);
        string Bias()
        {
            var rows = _g.Node("Gather", [table, _g.Integers(1, 0, 2, 1)], [4, 2], ("axis", 0));
            var square = _g.Node("Reshape", [rows, _g.Integers(2, 2, 2)], [2, 2, 2]);
            return _g.Node(
                "Unsqueeze", [_g.Node("Transpose", [square], [2, 2, 2], ("perm", new[] { 2, 0, 1 })), _g.Integers(0)],
                [1, 2, 2, 2]);
        }

        var first = Attend("x", Bias());
        using var read = Read(_g.Node("Add", [first, Attend("y", Bias())], [1, 2, 2, 3]));

        Assert.Equal("bias_table", Assert.Single(read.Graph.Parameters).Name);
        Assert.Equal(2, read.Graph.Nodes.Count(node => node.Operator is RelativePositionBias));
    }

    [Fact]
    public void What_else_differs_from_head_to_head_is_trained()
    {
        var spec = Bias("onnx::Add_7", 1, 2, 3, 4, 5, 6, 7, 8);
        Assert.True(spec.IsTrainable);
        Assert.Equal([1L, 2, 2, 2], spec.Shape.ToArray());
    }

    [Fact]
    public void What_is_the_same_for_all_heads_is_a_mask_though_distance_tells_it() =>
        Assert.Equal(ParameterRole.Buffer, Bias("onnx::Add_7", 0, -100, 0, 0, 0, -100, 0, 0).Role);

    [Fact]
    public void A_bias_that_the_file_names_stays_as_it_is() => Assert.Equal("bias", Bias("bias", Gathered).Name);

    private ParameterSpec Bias(string name, params float[] numbers)
    {
        using var read = Read(Attend("x", _g.Weight(name, [1, 2, 2, 2], numbers)));
        return Assert.Single(read.Graph.Parameters);
    }

    // Self-attention of one input, [1, heads, L, d].
    private string Attend(string input, string bias, int rank = 4)
    {
        long[] shape = [.. Enumerable.Repeat(1L, rank - 3), 2, 2, 3], turned =
            [.. shape[..^2], 3, 2], square = [.. shape[..^2], 2, 2];
        int[] order = [.. Enumerable.Range(0, rank - 2), rank - 1, rank - 2];
        var x = _g.Input(input, shape);
        var scores = _g.Node("MatMul", [x, _g.Node("Transpose", [x], turned, ("perm", order))], square);
        var weights = _g.Node("Softmax", [_g.Node("Add", [scores, bias], square)], square, ("axis", -1));
        return _g.Node("MatMul", [weights, x], shape);
    }

    private Network Read(string output)
    {
        var path = _folder.PathOf("model.onnx");
        File.WriteAllBytes(path, _g.Model(output).ToByteArray());
        return OnnxFile.Read(path);
    }
}
