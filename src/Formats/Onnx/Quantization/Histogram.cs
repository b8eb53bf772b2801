namespace Ocs.Formats.Onnx.Quantization;

/// <summary>
/// Counts numbers in bins of equal width around 0. For a number outside, the width of all bins doubles.
/// </summary>
internal sealed class Histogram
{
    /// <summary>Half of them are below 0.</summary>
    public const int Bins = 16_384;

    private long[] _counts = new long[Bins];
    private double _reach;

    /// <summary>The count of each bin.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>The lower bound of a bin.</summary>
    public double BoundOf(int bin) => ((double)bin / (Bins / 2) - 1) * _reach;

    /// <summary>Counts finite numbers.</summary>
    public void Add(ReadOnlySpan<float> numbers)
    {
        var largest = 0f;
        foreach (var number in numbers)
        {
            largest = Math.Max(largest, Math.Abs(number));
        }

        if (_reach == 0)
        {
            _reach = largest;
        }

        while (largest > _reach)
        {
            Widen();
        }

        var binsPerUnit = _reach == 0 ? 0 : Bins / 2 / _reach;
        foreach (var number in numbers)
        {
            _counts[Math.Min((int)(number * binsPerUnit + Bins / 2), Bins - 1)]++;
        }
    }

    private void Widen()
    {
        var wider = new long[Bins];
        for (var bin = 0; bin < Bins; bin++)
        {
            wider[Bins / 4 + bin / 2] += _counts[bin];
        }

        (_counts, _reach) = (wider, 2 * _reach);
    }
}
