using System.Collections.Immutable;
using Ocs.Graphs;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Onnx.Import;

/// <summary>The shapes of a network's inputs. Dimension 0 is the batch; the user states other dynamic sizes.</summary>
internal static class InputShapes
{
    private const long Channels = 3;

    public static void Add(OnnxGraph graph, GraphProto message, ValueInfoProto input, ReadOnlySpan<long> inputSize)
    {
        var tensor = input.Type?.TensorType
            ?? throw new OcsInputException($"input '{input.Name}' is not a tensor; only tensors are supported.");
        var dimensions = tensor.Shape?.Dim.ToArray() ?? [];
        if (dimensions is [{ DimValue: Channels }, { DimValue: > Channels }, { DimValue: > Channels }]
            && message.Node.Any(node => IsForOneImage(message, node, input.Name)))
        {
            AddImage(graph, input.Name, [.. dimensions.Select(dimension => dimension.DimValue)]);
            return;
        }

        if (dimensions.Length == 0 && inputSize.IsEmpty)
        {
            throw new OcsInputException($"input '{input.Name}' has no shape: "
                + $"state it with `{nameof(inputSize)}`, 3x224x224 for example.");
        }

        if (dimensions.Length > 0 && !inputSize.IsEmpty && dimensions.Length != inputSize.Length + 1)
        {
            throw new OcsInputException(
                $"input '{input.Name}' has {dimensions.Length - 1} dimensions besides the batch, "
                + $"but {inputSize.Length} were stated, "
                + $"with `{nameof(inputSize)}` or by the data set: give inputs that the file takes.");
        }

        var shape = ImmutableArray.CreateBuilder<long>();
        shape.Add(1);
        for (var dimension = 1; dimension < Math.Max(dimensions.Length, inputSize.Length + 1); dimension++)
        {
            var known = dimension < dimensions.Length ? dimensions[dimension].DimValue : 0;
            var stated = inputSize.IsEmpty ? 0 : inputSize[dimension - 1];
            if (known > 0 && stated > 0 && known != stated)
            {
                throw new OcsInputException(
                    $"input '{input.Name}' has size {known} in dimension {dimension}, but {stated} was stated, "
                    + $"with `{nameof(inputSize)}` or by the data set: give inputs that the file takes.");
            }

            shape.Add(Math.Max(known, stated) is > 0 and var size
                ? size
                : throw new OcsInputException(
                    $"input '{input.Name}' has a dynamic dimension {dimension}: "
                    + $"state its size with `{nameof(inputSize)}`, 3x224x224 for example."));
        }

        graph.Inputs.Add(input.Name);
        graph.Shapes[input.Name] = graph.ShapeLimit.Require(
            shape.ToImmutable(),
            _ => new OcsInputException(
                $"input '{input.Name}' {NodeShapes.Show(shape.ToImmutable())} is larger than a network's may be."));
        graph.Kinds[input.Name] = (DataType)tensor.ElemType switch
        {
            DataType.Float or DataType.Float16 or DataType.Bfloat16 or DataType.Double or DataType.Undefined =>
                OnnxKind.Float,
            DataType.Bool => OnnxKind.Boolean,
            _ => OnnxKind.Integer,
        };
    }

    // One number per channel meets the input, which normalizes images.
    private static bool IsForOneImage(GraphProto message, NodeProto node, string image)
    {
        if (!node.Input.Contains(image) || node.Input.Count != 2)
        {
            return false;
        }

        var other = node.Input[0] == image ? node.Input[1] : node.Input[0];
        var constant = message.Initializer.FirstOrDefault(tensor => tensor.Name == other)
            ?? message.Node.FirstOrDefault(maker => maker.OpType == "Constant" && maker.Output.Contains(other))
                ?.Attribute.FirstOrDefault()?.T;
        return constant?.Dims is [Channels, 1, 1];
    }

    // Detectors are exported for one image [3, H, W]. The network begins where they add the batch dimension.
    private static void AddImage(OnnxGraph graph, string name, ImmutableArray<long> shape)
    {
        graph.Inputs.Add(name);
        graph.WithoutBatch.Add(name);
        graph.Shapes[name] = graph.ShapeLimit.Require(
            shape, _ => new OcsInputException($"input '{name}' {NodeShapes.Show(shape)} is larger than one may be."));
    }
}
