using System.Collections.Immutable;
using System.Text.Json;
using Ocs.Formats.Onnx.Import.Keeping;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Onnx;

namespace Ocs.Formats.Onnx.Import;

/// <summary>
/// Decides whether dynamic sizes of a file can stay dynamic when its network is exported. The network is also read for
/// images twice as high and wide, or sequences twice as long. The sizes stay dynamic if only shapes differ, no number
/// depends on the size, and no operator is exported with a size.
/// </summary>
internal static class FreeSizes
{
    private const int ResizeSizes = 3;

    /// <summary>Whether they can; false if there are none.</summary>
    /// <param name="model">The file.</param>
    /// <param name="path">Its path.</param>
    /// <param name="network">The network, read for fixed sizes.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="kept">The nodes of the file that are kept as they are.</param>
    public static bool Stay(
        ModelProto model, string path, Graph network, ImportedParameters parameters, KeptSet kept)
    {
        if (TwiceAsLarge(network) is not { } twice
            || model.Graph.Node.Any(DependsOnSize) || !network.Nodes.All(node => IsWrittenForAnySize(network, node)))
        {
            return false;
        }

        try
        {
            var larger = OnnxReader.ToGraph(model, path, twice);
            Border.Apply(larger, model.Graph, kept);
            var (other, its) = OnnxImport.ToGraph(larger);
            return AreAlike(network, other) && parameters.AreThoseOf(its);
        }
        catch (Exception error) when (error is OcsInputException or ArgumentException or ArithmeticException
            or InvalidOperationException)
        {
            return false;
        }
    }

    // The sizes besides the batch. Several inputs have the same, as the ids, mask and segments of a text.
    private static long[]? TwiceAsLarge(Graph network)
    {
        if (network.Origin is not { Inputs: [{ Sizes: { Length: > 1 } names }, ..] inputs }
            || names.Skip(1).All(name => name is null))
        {
            return null;
        }

        long[][] all =
        [
            .. network.InputNodes.Zip(inputs, (node, input) => node.Shape.Length == input.Sizes.Length
                ? node.Shape
                    .Select((size, dimension) => input.Sizes[dimension] is null ? size : 2 * size).Skip(1).ToArray()
                : []),
        ];
        return all.All(sizes => sizes.SequenceEqual(all[0])) ? all[0] : null;
    }

    // Padding that depends on the size, and sizes computed from other sizes.
    private static bool DependsOnSize(NodeProto node) =>
        (node.OpType == "Resize" && node.Input.Count > ResizeSizes && node.Input[ResizeSizes].Length > 0)
        || node.Attribute.Any(attribute =>
            attribute.Name == "auto_pad" && attribute.S.ToStringUtf8().StartsWith("SAME", StringComparison.Ordinal));

    private static bool IsWrittenForAnySize(Graph network, Node node) => node.Operator switch
    {
        MaxPool2d pool => !pool.CeilMode,
        AveragePool2d pool => !pool.CeilMode,
        MaxPool3d pool => !pool.CeilMode,
        AveragePool3d pool => !pool.CeilMode,
        AdaptiveAveragePool3d pool => pool.Size == 1,
        AdaptiveMaxPool3d pool => pool.Size == 1,
        AdaptiveAveragePool2d pool => pool.Size == 1,
        AdaptiveMaxPool2d pool => pool.Size == 1,
        LayerNorm => !node.Parameters.IsEmpty,
        ScaledDotProductAttention attention => !attention.IsCausal,
        Upsample up => IsMultiple(up.Size.Sizes, network.Nodes[node.Inputs[0]]),
        Upsample3d up => IsMultiple(up.Size.Sizes, network.Nodes[node.Inputs[0]]),
        Activation or Add or Affine or Arithmetic or BatchNorm2d or Clamp or Comparison or Concat or Convolution
            or Dropout or Dropout2d or Elementwise or Embedding or Flatten or Gru or Input or InstanceNorm2d
            or LayerScale2d or Linear or Lstm or MatMul or Normalize or Pad2d or Pad3d or PadChannels or ParameterValue
            or Permute or PixelShuffle or PRelu or Reduce or Reshape or Rnn or RmsNorm or Select or SelectChannels
            or Slice or Softmax or StochasticDepth or TransposedConvolution or Where => true,
        _ => false,
    };

    private static bool IsMultiple(long[] size, Node from) =>
        size.Zip(from.Shape[2..]).All(pair => pair.First % pair.Second == 0);

    private static bool AreAlike(Graph one, Graph other) =>
        one.Nodes.Length == other.Nodes.Length
        && one.Parameters.Select(Describe).SequenceEqual(other.Parameters.Select(Describe))
        && one.Nodes
            .Zip(other.Nodes)
            .All(pair => pair.First.Name == pair.Second.Name && pair.First.Inputs.SequenceEqual(pair.Second.Inputs)
            && Describe(one, pair.First) == Describe(other, pair.Second));

    // The size of an input does not count, and of an upsampling only the factor does.
    private static string Describe(Graph graph, Node node)
    {
        return node.Operator switch
        {
            Input => nameof(Input),
            Reshape reshape => string.Join('x', reshape.ForAnySize(ShapeOfInput())),
            Select select when select.IsLast(ShapeOfInput()[select.Dimension]) => Describe(select with { Index = -1 }),
            Slice slice when slice.IsTail(ShapeOfInput()[slice.Dimension]) => Describe(slice with { Start = -1 }),
            Upsample { Size: var size } up => Describe(up with { Size = 1 }) + FactorsOf(size.Sizes),
            Upsample3d { Size: var size } up => Describe(up with { Size = 1 }) + FactorsOf(size.Sizes),
            var other => Describe(other),
        };

        ImmutableArray<long> ShapeOfInput() => graph.Nodes[node.Inputs[0]].Shape;

        string FactorsOf(long[] size) =>
            string.Join('x', size.Zip(ShapeOfInput()[2..], (target, from) => target / from));
    }

    private static string Describe(ParameterSpec spec) => $"{spec.Name} {NodeShapes.Show(spec.Shape)}";

    private static string Describe(Operator op) => JsonSerializer.Serialize(op, GraphJson.Of<Operator>());
}
