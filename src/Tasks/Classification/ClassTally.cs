using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>Counts correctly classified samples, and those whose class is among the five likeliest.</summary>
internal sealed class ClassTally(bool hasTop5) : IMetricTally
{
    private long _correct;
    private long _near;

    public void Add(IReadOnlyList<Tensor> outputs, Batch batch)
    {
        using var correct = Classification.Correct(outputs[0], batch.Labels);
        _correct += correct.Item<long>();
        _near += hasTop5 ? CorrectAmong(5, outputs[0], batch.Labels) : 0;
    }

    public ImmutableArray<double> Values(long samples, double loss, IProcessExchange processes)
    {
        var sums = processes.Sum(_correct, _near);
        return hasTop5 ? [sums[0] / samples, sums[1] / samples] : [sums[0] / samples];
    }

    /// <summary>
    /// How many rows of [N, K] logits have fewer than <paramref name="count"/> values above that of the label.
    /// </summary>
    internal static long CorrectAmong(int count, Tensor logits, Tensor labels)
    {
        using var values = logits.To(Device.Cpu);
        using var classes = labels.To(Device.Cpu);
        using var ordered = values.To(DType.Float32);
        var rows = ordered.ToArray<float>().AsSpan();
        var found = 0L;
        var width = (int)logits.Shape[1];
        foreach (var label in classes.ToArray<long>())
        {
            var own = rows[(int)label];
            var above = 0;
            foreach (var value in rows[..width])
            {
                above += value > own ? 1 : 0;
            }

            found += above < count && !float.IsNaN(own) ? 1 : 0;
            rows = rows[width..];
        }

        return found;
    }
}
