namespace Ocs.Tasks;

/// <summary>What a network reaches that has learnt nothing of the samples.</summary>
/// <param name="Metric">The headline of the task.</param>
/// <param name="Value">What guessing gives.</param>
/// <param name="Slack">By how much chance may make a guess better on so many samples.</param>
/// <param name="Samples">Samples that are measured on.</param>
public sealed record Guessing(Metric Metric, double Value, double Slack, int Samples)
{
    // Of fewer samples a measurement says too little.
    private const int Fewest = 50;

    // Below this share of what a network had learnt, it is lost.
    private const double LeastLeft = 0.25;

    /// <summary>Whether guessing explains a value; false where there are too few samples to tell.</summary>
    public bool Explains(double value) =>
        Samples >= Fewest && (Metric.HigherIsBetter ? value <= Value + Slack : value >= Value - Slack);

    /// <summary>Whether a network that was better than a guess has lost nearly all of its lead.</summary>
    public bool IsLost(double before, double after) =>
        Samples >= Fewest && !Explains(before) && Lead(after) < LeastLeft * Lead(before);

    private double Lead(double value) => Metric.HigherIsBetter ? value - Value : Value - value;
}
