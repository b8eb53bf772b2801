using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>Counts true positives, false negatives and false positives.</summary>
internal sealed class LabelTally : IMetricTally
{
    private double _found;
    private double _missed;
    private double _invented;
    private double _labels;
    private double _whole;

    public void Add(IReadOnlyList<Tensor> outputs, Batch batch)
    {
        using var target = Columns.Target(outputs, batch, 0);
        using var wanted = Columns.Matrix(target);
        using var given = Columns.Matrix(outputs[0]);
        using var here = given.To(Device.Cpu);
        using var there = wanted.To(Device.Cpu);
        var width = (int)here.Shape[1];
        var rows = here.ToArray<double>().Chunk(width).Zip(there.ToArray<double>().Chunk(width));
        foreach (var (logits, truth) in rows)
        {
            var wrong = 0;
            for (var label = 0; label < width; label++)
            {
                var (isFound, isThere) = (logits[label] > 0, truth[label] > 0.5);
                _found += isFound && isThere ? 1 : 0;
                _missed += !isFound && isThere ? 1 : 0;
                _invented += isFound && !isThere ? 1 : 0;
                wrong += isFound != isThere ? 1 : 0;
            }

            _labels += width;
            _whole += wrong == 0 ? 1 : 0;
        }
    }

    public ImmutableArray<double> Values(long samples, double loss, IProcessExchange processes)
    {
        var sums = processes.Sum(_found, _missed, _invented, _labels, _whole);
        var (found, wrong) = (sums[0], sums[1] + sums[2]);
        return [found + wrong == 0 ? 1 : 2 * found / ((2 * found) + wrong), 1 - (wrong / sums[3]), sums[4] / samples];
    }
}
