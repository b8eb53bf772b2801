namespace Ocs.Formats.Onnx.Quantization;

/// <summary>The range of an activation over calibration samples, and its scale.</summary>
/// <param name="name">The value's name in the file.</param>
/// <param name="method">How the range is chosen.</param>
internal sealed class ActivationRange(string name, CalibrationMethod method)
{
    // The fraction of numbers that the percentile method drops, half on either side.
    private const double LeftOut = 1e-4;

    private readonly Histogram? _histogram = method == CalibrationMethod.MinMax ? null : new();
    private double _smallest = double.PositiveInfinity;
    private double _largest = double.NegativeInfinity;

    /// <summary>Adds the numbers of some samples.</summary>
    /// <exception cref="OcsInputException">One of them is not finite.</exception>
    public void Add(ReadOnlySpan<float> numbers)
    {
        foreach (var number in numbers)
        {
            if (!float.IsFinite(number))
            {
                throw new OcsInputException(
                    $"The value '{name}' is {number} for a calibration sample, so it has no range; "
                    + "give weights and images without such numbers.");
            }

            _smallest = Math.Min(_smallest, number);
            _largest = Math.Max(_largest, number);
        }

        _histogram?.Add(numbers);
    }

    /// <summary>The scale of the activation's 8-bit numbers.</summary>
    public AffineScale ToScale()
    {
        var (low, high) = method switch
        {
            CalibrationMethod.Percentile => (Bound(fromBelow: true), Bound(fromBelow: false)),
            CalibrationMethod.Entropy => EntropyRange.Of(_histogram!),
            _ => (_smallest, _largest),
        };
        return AffineScale.Of(Math.Max(low, _smallest), Math.Min(high, _largest));
    }

    private double Bound(bool fromBelow)
    {
        var counts = _histogram!.Counts;
        var total = 0L;
        foreach (var count in counts)
        {
            total += count;
        }

        var beyond = 0L;
        for (var step = 0; step < Histogram.Bins; step++)
        {
            var bin = fromBelow ? step : Histogram.Bins - 1 - step;
            beyond += counts[bin];
            if (beyond > total * LeftOut / 2)
            {
                return _histogram.BoundOf(fromBelow ? bin : bin + 1);
            }
        }

        return 0;
    }
}
