namespace Ocs.Tasks;

/// <summary>The result of a network that has learnt nothing.</summary>
/// <param name="Metric">The headline of the task.</param>
/// <param name="Value">The result of guessing.</param>
/// <param name="Slack">How much better a guess may be by chance on this many samples.</param>
/// <param name="Samples">Samples of the evaluation.</param>
public sealed record Guessing(Metric Metric, double Value, double Slack, int Samples)
{
    // Fewer samples are too few to tell.
    private const int Fewest = 50;

    // Below this fraction of its lead over guessing, a network counts as lost.
    private const double LeastLeft = 0.25;

    /// <summary>Whether a value is no better than guessing. False if there are too few samples to tell.</summary>
    public bool Explains(double value) =>
        Samples >= Fewest && (Metric.HigherIsBetter ? value <= Value + Slack : value >= Value - Slack);

    /// <summary>Whether a network that was better than a guess has lost nearly all of its lead.</summary>
    public bool IsLost(double before, double after) =>
        Samples >= Fewest && !Explains(before) && Lead(after) < LeastLeft * Lead(before);

    private double Lead(double value) => Metric.HigherIsBetter ? value - Value : Value - value;
}
