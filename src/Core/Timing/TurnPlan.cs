namespace Ocs.Core;

/// <summary>
/// How many turns a trial takes: until both <see cref="Fewest"/> and <see cref="Seconds"/> are reached, but no more
/// than <see cref="Most"/>.
/// </summary>
internal sealed record TurnPlan
{
    /// <summary>Turns before those that count.</summary>
    public int WarmUps { get; init; } = 3;

    public int Fewest { get; init; } = 11;

    public int Most { get; init; } = 201;

    /// <summary>Of timed runs, all candidates together.</summary>
    public double Seconds { get; init; } = 0.5;

    /// <summary>
    /// Whether an untimed run comes before each timed one. Without it, a candidate pays for the caches and the waiting
    /// threads of the one before it, which it does not where it runs alone.
    /// </summary>
    public bool WarmEachRun { get; init; } = true;

    /// <summary>
    /// A candidate whose last run took this many seconds or more needs no untimed run: it fills the caches itself.
    /// </summary>
    public double WarmBelow { get; init; } = double.PositiveInfinity;

    /// <summary>When a slow candidate takes no more turns; null for never.</summary>
    public DropOut? DropOut { get; init; }

    /// <summary>So many turns, however long they take.</summary>
    public static TurnPlan Exactly(int warmUps, int turns) => new() { WarmUps = warmUps, Fewest = turns, Most = turns };
}
