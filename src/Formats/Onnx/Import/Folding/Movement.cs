using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Folding;

/// <summary>Operators on constants that only move elements.</summary>
internal static class Movement
{
    /// <summary>The first output, of a given shape; null for other operators.</summary>
    public static OnnxTensor? Fold(NodeArguments node, OnnxTensor input, ImmutableArray<long> shape)
    {
        switch (node.Node.Type)
        {
            case "Reshape" or "Squeeze" or "Unsqueeze" or "Flatten":
                return input.Reshaped(shape);
            case "Expand" or "Tile" when shape.SequenceEqual(input.Shape):
                return input;
            case "Transpose" when input.Shape.Length == 2 && input.Kind == OnnxKind.Float:
                return Shapes.MovementShapes.Order(node).SequenceEqual([0, 1]) ? input : input.Transposed();
            case "Transpose":
                var strides = Arrays.Strides(input.Shape);
                return Take(
                    node, input, shape, [.. Shapes.MovementShapes.Order(node).Select(dimension => strides[dimension])]);
            case "Expand":
                return Take(node, input, shape, Arrays.BroadcastStrides(input.Shape, shape));
            case "Slice":
                return Slice(node, input, shape);
            case "Gather":
                return Gather(node, input, shape);
            case "Concat":
                return Concat(node, shape);
            case "Tile":
                return Tile(node, input, shape);
            case "ScatterND" when node.Node.Text("reduction", "none") == "none":
                return Scatter(node, input);
            default:
                return null;
        }
    }

    /// <summary>The outputs of a Split of a constant.</summary>
    public static IEnumerable<OnnxTensor> Split(
        NodeArguments node, OnnxTensor input, ImmutableArray<ImmutableArray<long>> shapes)
    {
        var axis = node.Axis(0, input.Shape.Length);
        var strides = Arrays.Strides(input.Shape);
        var offset = 0L;
        foreach (var shape in shapes)
        {
            yield return Take(node, input, shape, strides, offset);
            offset += shape[axis] * strides[axis];
        }
    }

    private static OnnxTensor Take(
        NodeArguments node, OnnxTensor input, ImmutableArray<long> shape, long[] strides, long offset = 0)
    {
        FoldingLimit.Require(node, shape);
        var numbers = input.Numbers;
        return OnnxTensor.Of(
            input.Kind, shape, [.. Arrays.Places(shape, strides, offset).Select(place => numbers[place])])
            .TakenFrom(input);
    }

    private static OnnxTensor Slice(NodeArguments node, OnnxTensor input, ImmutableArray<long> shape)
    {
        var strides = Arrays.Strides(input.Shape);
        var offset = 0L;
        foreach (var range in Shapes.SliceRange.Of(node))
        {
            offset += range.Start * strides[range.Axis];
            strides[range.Axis] *= range.Step;
        }

        return Take(node, input, shape, strides, offset);
    }

    private static OnnxTensor Gather(NodeArguments node, OnnxTensor input, ImmutableArray<long> shape)
    {
        FoldingLimit.Require(node, shape);
        var axis = node.Axis(0, input.Shape.Length);
        var (size, indices, numbers) = (input.Shape[axis], node.Constant(1)!.Integers, input.Numbers);
        var inner = OnnxTensor.CountOf(input.Shape[(axis + 1)..]);
        var output = new List<double>();
        for (var outer = 0L; outer < OnnxTensor.CountOf(input.Shape[..axis]); outer++)
        {
            foreach (var index in indices)
            {
                var place = index < 0 ? index + size : index;
                if (place < 0 || place >= size)
                {
                    throw node.Error(
                        $"index {index} is not within dimension {axis} of [{string.Join(", ", input.Shape)}]");
                }

                output.AddRange(numbers.AsSpan((int)((outer * size + place) * inner), (int)inner));
            }
        }

        return OnnxTensor.Of(input.Kind, shape, [.. output]).TakenFrom(input);
    }

    private static OnnxTensor Concat(NodeArguments node, ImmutableArray<long> shape)
    {
        OnnxTensor[] inputs = [.. Enumerable.Range(0, node.InputCount).Select(input => node.Constant(input)!)];
        FoldingLimit.Require(node, shape);
        var axis = node.Axis(0, shape.Length);
        double[][] numbers = [.. inputs.Select(input => input.Numbers)];
        var output = new List<double>();
        for (var outer = 0; outer < OnnxTensor.CountOf(shape[..axis]); outer++)
        {
            for (var input = 0; input < inputs.Length; input++)
            {
                var inner = (int)OnnxTensor.CountOf(inputs[input].Shape[axis..]);
                output.AddRange(numbers[input].AsSpan(outer * inner, inner));
            }
        }

        return OnnxTensor.Of(inputs[0].Kind, shape, [.. output]);
    }

    private static OnnxTensor Tile(NodeArguments node, OnnxTensor input, ImmutableArray<long> shape)
    {
        FoldingLimit.Require(node, shape);
        var (numbers, strides, own) = (input.Numbers, Arrays.Strides(input.Shape), Arrays.Strides(shape));
        double At(long element)
        {
            var place = 0L;
            for (var dimension = 0; dimension < shape.Length; dimension++)
            {
                place += element / own[dimension] % shape[dimension] % input.Shape[dimension] * strides[dimension];
            }

            return numbers[place];
        }

        return OnnxTensor.Of(
            input.Kind, shape, [.. Enumerable.Range(0, (int)OnnxTensor.CountOf(shape)).Select(element => At(element))]);
    }

    // ScatterND: PyTorch's exporter writes assignments to a part of a mask this way.
    private static OnnxTensor Scatter(NodeArguments node, OnnxTensor input)
    {
        FoldingLimit.Require(node, input.Shape);
        var (indices, updates, output) = (node.Constant(1)!, node.Constant(2)!, input.Numbers);
        var depth = indices.Shape.IsEmpty ? 0 : (int)Math.Min(indices.Shape[^1], int.MaxValue);
        if (depth < 1 || depth > input.Shape.Length)
        {
            throw node.Error("its indices do not name places of its input");
        }

        var (strides, places, values) = (Arrays.Strides(input.Shape), indices.Integers, updates.Numbers);
        var length = (int)OnnxTensor.CountOf(input.Shape[depth..]);
        if (values.Length != places.Length / depth * length)
        {
            throw node.Error($"its updates [{string.Join(", ", updates.Shape)}] are not one slice for each index");
        }

        for (var update = 0; update < places.Length / depth; update++)
        {
            var start = 0L;
            for (var dimension = 0; dimension < depth; dimension++)
            {
                var index = node.Normal(places[update * depth + dimension], (int)input.Shape[dimension]);
                start += index * strides[dimension];
            }

            values.AsSpan(update * length, length).CopyTo(output.AsSpan((int)start));
        }

        return OnnxTensor.Of(input.Kind, input.Shape, output);
    }
}
