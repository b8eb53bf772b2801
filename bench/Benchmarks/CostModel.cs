namespace Ocs.Benchmarks;

/// <summary>What a data-parallel training step costs on n devices: docs/cluster.md. Times are seconds.</summary>
internal sealed record CostModel
{
    /// <summary>Of a step of one device, whatever its images: launches, the optimiser.</summary>
    public required double Fixed { get; init; }

    /// <summary>Forward and backward of one image.</summary>
    public required double PerImage { get; init; }

    /// <summary>To prepare one image, on threads beside those that compute.</summary>
    public required double InputPerImage { get; init; }

    /// <summary>Of one message between neighbours, alpha.</summary>
    public required double Latency { get; init; }

    /// <summary>Between neighbours, beta.</summary>
    public required double BytesPerSecond { get; init; }

    /// <summary>Bytes of the gradients by bucket, in the order in which backward fills them.</summary>
    public required IReadOnlyList<double> Buckets { get; init; }

    /// <summary>
    /// The part of an all-reduce that costs the computation nothing while backward runs: 0 where the same cores do
    /// both, 1 on GPUs.
    /// </summary>
    public required double Overlap { get; init; }

    /// <summary>The part of a step that is backward, during which buckets can be sent.</summary>
    public double BackwardShare { get; init; } = 2.0 / 3;

    /// <summary>
    /// A ring all-reduce: 2 (n - 1) messages one after the other, which carry 2 (n - 1) / n of the bytes.
    /// </summary>
    public double AllReduce(int devices, double bytes) =>
        2.0 * (devices - 1) * Latency + 2.0 * (devices - 1) / devices * bytes / BytesPerSecond;

    /// <summary>
    /// What the all-reduces add to a step: all that cannot hide behind backward, and at least the last bucket.
    /// </summary>
    public double Exposed(int devices, double images)
    {
        var all = Buckets.Sum(bytes => AllReduce(devices, bytes));
        var hidden = Math.Min(BackwardShare * Compute(images), all - AllReduce(devices, Buckets[^1]));
        return all - Overlap * hidden;
    }

    /// <summary>
    /// A step of so many images a device. Input is only waited for where it takes longer than all else.
    /// </summary>
    public double Step(int devices, double images) =>
        Math.Max(Compute(images) + (devices == 1 ? 0 : Exposed(devices, images)), InputPerImage * images);

    /// <summary>Images a second of n devices over n times those of one with the same images a device.</summary>
    public double WeakEfficiency(int devices, double images) => Step(1, images) / Step(devices, images);

    /// <summary>The same where the batch of one device is shared out.</summary>
    public double StrongEfficiency(int devices, double images) =>
        Step(1, images) / devices / Step(devices, images / devices);

    private double Compute(double images) => Fixed + PerImage * images;
}
