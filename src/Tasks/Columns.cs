using Ocs.Data;
using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>Outputs and targets side by side, as a matrix with a row a sample.</summary>
internal static class Columns
{
    /// <summary>A target in the shape of its output, float32; owned by the caller.</summary>
    /// <exception cref="OcsInputException">It has another number of values, or there is none.</exception>
    public static Tensor Target(IReadOnlyList<Tensor> outputs, Batch batch, int index)
    {
        if (index >= batch.Targets.Count || batch.Targets[index].ElementCount != outputs[index].ElementCount)
        {
            var given = index < batch.Targets.Count ? Shown(batch.Targets[index]) : "missing";
            throw new OcsInputException(
                $"Output {index} of the network is {Shown(outputs[index])}, but target {index} of the batch is "
                + $"{given}; give each output a target with as many values.");
        }

        using var shaped = Aten.Reshape(batch.Targets[index], outputs[index].Shape.ToArray());
        return shaped.To(DType.Float32);
    }

    /// <summary>[N, K] of tensors [N, ...], float64: all values of a sample in a row; owned by the caller.</summary>
    public static Tensor Matrix(Tensor tensor)
    {
        using var rows = Aten.Reshape(tensor, [tensor.Shape[0], -1]);
        return rows.To(DType.Float64);
    }

    private static string Shown(Tensor tensor) => $"[{string.Join(", ", tensor.Shape.ToArray())}]";
}
