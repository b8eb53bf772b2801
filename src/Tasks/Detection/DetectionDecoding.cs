namespace Ocs.Tasks;

/// <summary>How scores and boxes become detections.</summary>
public sealed record DetectionDecoding
{
    /// <summary>Detections with this score or a lower one are dropped.</summary>
    /// <value>0.05. Range 0..1.</value>
    public double ScoreThreshold { get; init; } = 0.05;

    /// <summary>
    /// Of two detections of a class that overlap by more than this intersection over union, the surer one stays
    /// (non-maximum suppression).
    /// </summary>
    /// <value>0.5. Range 0..1.</value>
    public double NmsIou { get; init; } = 0.5;

    /// <summary>The number of candidates for each class, those with the highest scores.</summary>
    /// <value>200. At least 1.</value>
    public int CandidatesPerClass { get; init; } = 200;

    /// <summary>The largest number of detections of an image.</summary>
    /// <value>200. At least 1.</value>
    public int MostPerImage { get; init; } = 200;

    /// <summary>torchvision's values for its SSD300.</summary>
    public static DetectionDecoding Torchvision { get; } =
        new() { ScoreThreshold = 0.01, NmsIou = 0.45, CandidatesPerClass = 400 };

    /// <summary>Throws if a value is out of range.</summary>
    internal void Require()
    {
        var problem = ScoreThreshold is not (>= 0 and <= 1)
                ? FormattableString.Invariant($"`{nameof(ScoreThreshold)}` is {ScoreThreshold}, it must be within 0..1")
            : NmsIou is not (>= 0 and <= 1)
                ? FormattableString.Invariant($"`{nameof(NmsIou)}` is {NmsIou}, it must be within 0..1")
            : CandidatesPerClass < 1
                ? $"`{nameof(CandidatesPerClass)}` is {CandidatesPerClass}, it must be at least 1"
            : MostPerImage < 1 ? $"`{nameof(MostPerImage)}` is {MostPerImage}, it must be at least 1"
            : null;
        if (problem is not null)
        {
            throw new OcsInputException(problem);
        }
    }
}
