using Ocs.Torch;

namespace Ocs.Pruning.Surgery;

/// <summary>Means and deviations of the channels of a value, over samples and positions.</summary>
/// <param name="dimension">The dimension of the channels.</param>
internal sealed class ChannelMoments(int dimension)
{
    private double[] _sums = [];
    private double[] _squares = [];
    private long _count;

    /// <summary>How many channels there are; 0 before the first batch.</summary>
    public int Channels => _sums.Length;

    /// <summary>Adds a batch of the value.</summary>
    public void Add(Tensor value)
    {
        var others = Enumerable.Range(0, value.Rank).Where(other => other != dimension).Select(d => (long)d).ToArray();
        using var squares = Aten.Square(value);
        Add(ref _sums, value);
        Add(ref _squares, squares);
        _count += value.ElementCount / value.Shape[dimension];

        void Add(ref double[] sums, Tensor terms)
        {
            using var sum = Aten.Sum(terms, others, keepDimensions: false, DType.Float64);
            var added = sum.ToArray<double>();
            sums = sums.Length == 0 ? added : [.. sums.Zip(added, (old, more) => old + more)];
        }
    }

    /// <summary>Pools the sums of all processes.</summary>
    /// <param name="sum">Sums numbers over the processes, each of which calls it alike.</param>
    public void Pool(Func<double[], double[]> sum)
    {
        var pooled = sum([.. _sums, .. _squares, _count]);
        (_sums, _squares, _count) = (pooled[..Channels], pooled[Channels..^1], (long)pooled[^1]);
    }

    /// <summary>The mean and the deviation of a channel.</summary>
    public (double Mean, double Deviation) Of(int channel)
    {
        var mean = _sums[channel] / _count;
        return (mean, Math.Sqrt(Math.Max(0, _squares[channel] / _count - mean * mean)));
    }
}
