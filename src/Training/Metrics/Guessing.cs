using Ocs.Data;

namespace Ocs.Training.Metrics;

/// <summary>What a network reaches that has learnt nothing of the images: always the most frequent class is the best guess.</summary>
/// <param name="Accuracy">The share of the most frequent class.</param>
/// <param name="Images">Images that accuracies are measured on.</param>
public sealed record Guessing(double Accuracy, int Images)
{
    // A guesser is above this many standard deviations once in 40 times.
    private const double Deviations = 2;

    // Of fewer images an accuracy says too little.
    private const int Fewest = 50;

    // Below this share of what a network had learnt, it is lost.
    private const double LeastLeft = 0.25;

    /// <summary>What guessing reaches on a data set.</summary>
    public static Guessing On(LabelledImages data) =>
        new((double)data.Labels.CountBy(label => label).Max(label => label.Value) / data.Count, data.Count);

    /// <summary>Whether guessing explains an accuracy; false where there are too few images to tell.</summary>
    public bool Explains(double accuracy) =>
        Images >= Fewest && accuracy <= Accuracy + Deviations * Math.Sqrt(Accuracy * (1 - Accuracy) / Images);

    /// <summary>Whether a network that was better than a guess has lost nearly all of its lead.</summary>
    public bool IsLost(double before, double after) =>
        Images >= Fewest && !Explains(before) && after - Accuracy < LeastLeft * (before - Accuracy);
}
