using System.Text.Json;
using Ocs.Formats.Onnx.Import.Keeping;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Onnx;

namespace Ocs.Formats.Onnx.Import;

/// <summary>
/// Decides whether dynamic sizes of a file can stay dynamic when its network is exported. The network is also read for
/// images twice as high and wide. The sizes stay dynamic if only shapes differ and no operator is exported with a size.
/// </summary>
internal static class FreeSizes
{
    private const int ResizeSizes = 3;

    /// <summary>Whether they can; false if there are none.</summary>
    /// <param name="model">The file.</param>
    /// <param name="path">Its path.</param>
    /// <param name="network">The network, read for fixed sizes.</param>
    /// <param name="kept">The nodes of the file that are kept as they are.</param>
    public static bool Stay(ModelProto model, string path, Graph network, KeptSet kept)
    {
        if (network.Origin is not { Inputs: [{ Sizes: { Length: > 1 } names }] }
            || names.Skip(1).All(name => name is null)
            || model.Graph.Node.Any(DependsOnSize) || !network.Nodes.All(node => IsWrittenForAnySize(network, node)))
        {
            return false;
        }

        long[] twice =
        [
            .. network.InputNodes.First().Shape.Select((size, dimension) => names[dimension] is null ? size : 2 * size),
        ];
        try
        {
            var larger = OnnxReader.ToGraph(model, path, twice.AsSpan(1));
            Border.Apply(larger, model.Graph, kept);
            return AreAlike(network, OnnxImport.ToGraph(larger).Graph);
        }
        catch (Exception error) when (error is OcsInputException or ArgumentException or ArithmeticException
            or InvalidOperationException)
        {
            return false;
        }
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
        Upsample up => IsMultiple(up.Size.Sizes, network.Nodes[node.Inputs[0]]),
        Upsample3d up => IsMultiple(up.Size.Sizes, network.Nodes[node.Inputs[0]]),
        Activation or Add or Affine or Arithmetic or BatchNorm2d or Clamp or Comparison or Concat or Convolution
            or Dropout or Dropout2d or Elementwise or Flatten or Input or InstanceNorm2d or LayerScale2d or Linear
            or Pad2d or Pad3d or PadChannels or ParameterValue or Permute or PixelShuffle or PRelu or Reduce or RmsNorm
            or SelectChannels or Slice or Softmax or StochasticDepth or TransposedConvolution or Where => true,
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
            Upsample { Size: var size } up => Describe(up with { Size = 1 }) + FactorsOf(size.Sizes),
            Upsample3d { Size: var size } up => Describe(up with { Size = 1 }) + FactorsOf(size.Sizes),
            var other => Describe(other),
        };

        string FactorsOf(long[] size) => string.Join(
            'x', size.Zip(graph.Nodes[node.Inputs[0]].Shape[2..], (target, from) => target / from));
    }

    private static string Describe(ParameterSpec spec) => $"{spec.Name} {NodeShapes.Show(spec.Shape)}";

    private static string Describe(Operator op) => JsonSerializer.Serialize(op, GraphJson.Of<Operator>());
}
