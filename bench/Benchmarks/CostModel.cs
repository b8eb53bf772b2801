namespace Ocs.Benchmarks;

/// <summary>
/// The cost model of a data-parallel training step on n devices: docs/cluster.md. Times are in seconds.
/// </summary>
internal sealed record CostModel
{
    /// <summary>Fixed time of a step on one device, independent of its images: launches, the optimizer.</summary>
    public required double Fixed { get; init; }

    /// <summary>Forward and backward of one image.</summary>
    public required double PerImage { get; init; }

    /// <summary>Time to prepare one image, on threads other than those that compute.</summary>
    public required double InputPerImage { get; init; }

    /// <summary>Latency of a message between neighbours, alpha.</summary>
    public required double Latency { get; init; }

    /// <summary>Bandwidth between neighbours, beta.</summary>
    public required double BytesPerSecond { get; init; }

    /// <summary>Bytes of the gradients by bucket, in the order in which backward fills them.</summary>
    public required IReadOnlyList<double> Buckets { get; init; }

    /// <summary>
    /// The fraction of an all-reduce that overlaps with backward at no cost: 0 if the same cores do both, 1 on GPUs.
    /// </summary>
    public required double Overlap { get; init; }

    /// <summary>The fraction of backward in a step, during which buckets can be sent.</summary>
    public double BackwardShare { get; init; } = 2.0 / 3;

    /// <summary>A ring all-reduce: 2 (n - 1) consecutive messages with 2 (n - 1) / n of the bytes.</summary>
    public double AllReduce(int devices, double bytes) =>
        2.0 * (devices - 1) * Latency + 2.0 * (devices - 1) / devices * bytes / BytesPerSecond;

    /// <summary>
    /// The time that all-reduces add to a step: all that cannot overlap with backward, and at least the last bucket.
    /// </summary>
    public double Exposed(int devices, double images)
    {
        var all = Buckets.Sum(bytes => AllReduce(devices, bytes));
        var hidden = Math.Min(BackwardShare * Compute(images), all - AllReduce(devices, Buckets[^1]));
        return all - Overlap * hidden;
    }

    /// <summary>
    /// The time of a step with a number of images per device. Input only counts if it takes longer than all else.
    /// </summary>
    public double Step(int devices, double images) =>
        Math.Max(Compute(images) + (devices == 1 ? 0 : Exposed(devices, images)), InputPerImage * images);

    /// <summary>
    /// Images per second of n devices, relative to n times one device with the same images per device.
    /// </summary>
    public double WeakEfficiency(int devices, double images) => Step(1, images) / Step(devices, images);

    /// <summary>Images per second of n devices that share the batch of one, relative to n times one device.</summary>
    public double StrongEfficiency(int devices, double images) =>
        Step(1, images) / devices / Step(devices, images / devices);

    private double Compute(double images) => Fixed + PerImage * images;
}
