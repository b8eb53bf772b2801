using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Ocs.Training.Telemetry;

/// <summary>
/// The meter and the activity source. Names, units and attributes follow OpenTelemetry's conventions; units are those
/// of UCUM.
/// </summary>
internal static class Instruments
{
    /// <summary>The name of the meter and the source.</summary>
    public const string Name = "Ocs.Training";

    private static readonly string? Version = typeof(Instruments).Assembly.GetName().Version?.ToString(3);
    private static readonly Meter Meter = new(Name, Version);

    /// <summary>Spans: run, epoch, evaluation, cut, verify.</summary>
    public static ActivitySource Activities { get; } = new(Name, Version);

    public static Counter<long> Samples { get; } =
        Meter.CreateCounter<long>("ocs.training.samples", "{sample}", "Training samples.");

    public static Gauge<double> Speed { get; } =
        Meter.CreateGauge<double>("ocs.training.speed", "{sample}/s", "Training samples per second of the epoch.");

    public static Gauge<double> Loss { get; } =
        Meter.CreateGauge<double>("ocs.training.loss", "1", "Mean training loss in the current epoch.");

    public static Gauge<double> LearningRate { get; } =
        Meter.CreateGauge<double>("ocs.training.learning_rate", "1", "The learning rate of the step.");

    public static Gauge<double> Similarity { get; } = Meter.CreateGauge<double>(
        "ocs.training.stability.similarity", "1", "J of the two newest sub-networks (Eq. 3).");

    public static Gauge<double> AverageSimilarity { get; } = Meter.CreateGauge<double>(
        "ocs.training.stability.average", "1", "J_avg: its mean over the last epochs (Eq. 4).");

    public static Gauge<double> Lambda { get; } = Meter.CreateGauge<double>(
        "ocs.training.regularization_strength", "1", "Lambda, in sparsity learning (Eq. 7).");

    public static Gauge<long> Macs { get; } = Meter.CreateGauge<long>(
        "ocs.training.macs", "{mac}", "Multiply-accumulates of one sample's forward pass.");

    public static Gauge<double> EvaluationLoss { get; } = Meter.CreateGauge<double>(
        "ocs.evaluation.loss", "1", "Mean loss of a held-out sample.");

    public static Gauge<double> EvaluationMetric { get; } = Meter.CreateGauge<double>(
        "ocs.evaluation.metric", "1", "Metric of the task; the attribute ocs.metric has its name.");
}
