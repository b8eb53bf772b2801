namespace Ocs.Data;

/// <summary>Which pixels, with which weights, make each pixel of a resized axis; memory is used again.</summary>
/// <remarks>
/// Bilinear with antialias: a triangle whose half width is the larger of one pixel of the image and one of the result,
/// its weights divided by their sum and rounded to multiples of 2^-<see cref="Bits"/>. So it is in Pillow, and the
/// order of operations is Pillow's too: then every byte of a result is the same, and networks that were trained
/// elsewhere are evaluated alike.
/// </remarks>
internal sealed class ResampleTaps
{
    /// <summary>Bits of a weight behind the point.</summary>
    public const int Bits = 22;

    private int[] _first = [];
    private int[] _weights = [];
    private double[] _centres = [];

    /// <summary>How many pixels contribute to an output; the same for all, some with a weight of 0.</summary>
    public int Count { get; private set; }

    /// <summary>First pixel of the image that contributes, per output; ascending, or descending if mirrored.</summary>
    public ReadOnlySpan<int> First => _first;

    /// <summary>[outputs, <see cref="Count"/>].</summary>
    public ReadOnlySpan<int> Weights => _weights;

    /// <param name="axis">What becomes what.</param>
    /// <param name="mirrored">Whether the outputs are in reverse order.</param>
    public void Set(ResampleAxis axis, bool mirrored)
    {
        ReusedArray.EnsureLength(ref _first, axis.Count);
        ReusedArray.EnsureLength(ref _centres, axis.Count);
        var scale = axis.Length / axis.Outputs;
        var support = Math.Max(scale, 1);
        var pixels = axis.High - axis.Low;
        Count = 0;
        for (var i = 0; i < axis.Count; i++)
        {
            var output = mirrored ? axis.Count - 1 - i : i;
            _centres[i] = axis.Start - axis.Low + ((axis.First + output + 0.5) * scale);
            var (first, end) = Reach(_centres[i], support, pixels);
            Count = Math.Max(Count, end - first);
        }

        ReusedArray.EnsureLength(ref _weights, axis.Count * Count);
        for (var i = 0; i < axis.Count; i++)
        {
            var (first, end) = Reach(_centres[i], support, pixels);
            var start = Math.Min(first, pixels - Count);
            SetWeights(_weights.AsSpan(i * Count, Count), start, first, end, _centres[i], 1 / support);
            _first[i] = start + axis.Low;
        }
    }

    private static (int First, int End) Reach(double centre, double support, int pixels) =>
        (Math.Max((int)(centre - support + 0.5), 0), Math.Min((int)(centre + support + 0.5), pixels));

    private static void SetWeights(Span<int> weights, int start, int first, int end, double centre, double narrowing)
    {
        weights.Clear();
        double sum = 0;
        for (var pixel = first; pixel < end; pixel++)
        {
            sum += Weight(pixel, centre, narrowing);
        }

        var share = 1 / sum;
        for (var pixel = first; pixel < end; pixel++)
        {
            weights[pixel - start] = (int)(0.5 + (Weight(pixel, centre, narrowing) * share * (1 << Bits)));
        }
    }

    private static double Weight(int pixel, double centre, double narrowing) =>
        Math.Max(0, 1 - Math.Abs((pixel - centre + 0.5) * narrowing));
}
