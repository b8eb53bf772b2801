namespace Ocs.Core;

/// <summary>The seconds of things that somebody else runs one after the other, taken at the end of each.</summary>
/// <param name="warmUps">Laps before those that count.</param>
/// <param name="timed">Laps that count.</param>
/// <param name="clock">What times.</param>
internal sealed class LapTimes(int warmUps, int timed, TimeProvider clock)
{
    private readonly List<long> _ends = [];

    /// <summary>Whether enough laps were taken.</summary>
    public bool IsComplete => _ends.Count > warmUps + timed;

    /// <summary>Seconds of a lap; of the last one where all there were are warm-ups, 0 where there was none.</summary>
    public double Median
    {
        get
        {
            var laps = _ends.Zip(_ends.Skip(1), (from, to) => clock.GetElapsedTime(from, to).TotalSeconds).ToList();
            return laps.Count == 0 ? 0 : TurnTimes.Quantile(laps.Skip(Math.Min(warmUps, laps.Count - 1)), 0.5);
        }
    }

    /// <summary>Notes the end of a lap. The first call begins the first lap.</summary>
    public void End() => _ends.Add(clock.GetTimestamp());
}
