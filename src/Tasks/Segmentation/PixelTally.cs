using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>Counts pixels by their class and the predicted class.</summary>
internal sealed class PixelTally(int classes) : IMetricTally
{
    // [has, found].
    private readonly long[] _counts = new long[classes * classes];

    public void Add(IReadOnlyList<Tensor> outputs, Batch batch)
    {
        var found = Segmentation.Found(outputs[0]);
        using var here = batch.Labels.To(Device.Cpu);
        var labels = here.ToArray<long>();
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] >= 0)
            {
                _counts[(labels[i] * classes) + found[i]]++;
            }
        }
    }

    public ImmutableArray<double> Values(long samples, double loss, IProcessExchange processes)
    {
        var counts = processes.Sum(Array.ConvertAll(_counts, count => (double)count));
        var (ious, correct) = (new List<double>(), 0.0);
        for (var label = 0; label < classes; label++)
        {
            var both = counts[(label * classes) + label];
            var has = Enumerable.Range(0, classes).Sum(other => counts[(label * classes) + other]);
            var found = Enumerable.Range(0, classes).Sum(other => counts[(other * classes) + label]);
            correct += both;
            if (has + found > 0)
            {
                ious.Add(both / (has + found - both));
            }
        }

        var pixels = counts.Sum();
        return [ious.Count > 0 ? ious.Average() : double.NaN, pixels > 0 ? correct / pixels : double.NaN];
    }
}
