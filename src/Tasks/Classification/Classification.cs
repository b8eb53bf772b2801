using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>
/// One class for each sample. The first output is [N, classes], logits; the first target [N], class numbers, int64. The
/// loss is cross-entropy. If images are mixed in training, a second target has the probabilities, [N, classes].
/// </summary>
/// <param name="classNames">The names of the classes, in the order of the logits.</param>
public sealed class Classification(ImmutableArray<string> classNames) : ITask<ClassPrediction>
{
    private const int MostClassesWithoutTop5 = 10;

    // A guesser is above this many standard deviations once in 40 times.
    private const double Deviations = 2;

    private static readonly Metric Accuracy = new("accuracy", IsFraction: true);
    private static readonly Metric Top5Accuracy = new("top5-accuracy", IsFraction: true);

    /// <summary>The names of the classes, in the order of the logits.</summary>
    public ImmutableArray<string> ClassNames { get; } = classNames;

    /// <summary>Probability mass that the target shares with all classes in training, in [0, 1).</summary>
    public double LabelSmoothing { get; init; }

    /// <inheritdoc/>
    public string Name => "classification";

    /// <summary>
    /// The fraction of correctly classified samples; with more than ten classes, also of those whose class is among the
    /// five likeliest.
    /// </summary>
    public ImmutableArray<Metric> Metrics => HasTop5 ? [Accuracy, Top5Accuracy] : [Accuracy];

    private bool HasTop5 => ClassNames.Length > MostClassesWithoutTop5;

    /// <inheritdoc/>
    public Tensor Loss(IReadOnlyList<Tensor> outputs, Batch batch) =>
        Aten.CrossEntropy(outputs[0], batch.Targets.Count > 1 ? batch.Targets[1] : batch.Labels, LabelSmoothing);

    /// <inheritdoc/>
    public Tensor LossSum(IReadOnlyList<Tensor> outputs, Batch batch) =>
        Aten.CrossEntropy(outputs[0], batch.Labels, reduction: Reduction.Sum);

    /// <inheritdoc/>
    public Tensor? Score(IReadOnlyList<Tensor> outputs, Batch batch) => Correct(outputs[0], batch.Labels);

    /// <inheritdoc/>
    public OutputActivation ActivationOf(int output) =>
        output == 0 ? OutputActivation.Softmax : OutputActivation.None;

    /// <inheritdoc/>
    public IMetricTally CreateTally() => new ClassTally(HasTop5);

    /// <summary>
    /// The best guess is always the most frequent class. Null if the data set does not know its labels.
    /// </summary>
    public Guessing? Guess(IDataset data)
    {
        if (data is not LabelledImages { Count: > 0 } images)
        {
            return null;
        }

        var share = (double)images.Labels.CountBy(label => label).Max(label => label.Value) / images.Count;
        return new(Accuracy, share, Deviations * Math.Sqrt(share * (1 - share) / images.Count), images.Count);
    }

    /// <inheritdoc/>
    public void Check(Graph graph, IDataset data)
    {
        var classes = graph.Nodes[graph.Outputs[0]].Shape[^1];
        if (classes != ClassNames.Length)
        {
            throw new OcsInputException(
                $"Network '{graph.Name}' has {classes} classes, but {data.Name} has {ClassNames.Length}; "
                + "give the right number of classes.");
        }
    }

    /// <inheritdoc/>
    public ImmutableArray<ClassPrediction> Decode(IReadOnlyList<Tensor> outputs)
    {
        using var _ = Autograd.NoGrad();
        using var shares = Aten.Softmax(outputs[0], 1);
        using var chosen = Aten.Argmax(outputs[0], 1);
        var width = (int)shares.Shape[1];
        var probabilities = Read(shares);
        return
        [
            .. ClassesOf(chosen).Select((label, row) =>
                new ClassPrediction((int)label, ClassNames[(int)label], probabilities[(row * width) + (int)label])),
        ];
    }

    /// <summary>How many rows of [N, K] logits have their largest value at the label: [], int64.</summary>
    internal static Tensor Correct(Tensor logits, Tensor labels)
    {
        using var chosen = Aten.Argmax(logits, 1);
        using var equal = Aten.Eq(chosen, labels);
        return Aten.Sum(equal);
    }

    private static long[] ClassesOf(Tensor chosen)
    {
        using var here = chosen.To(Device.Cpu);
        return here.ToArray<long>();
    }

    private static float[] Read(Tensor shares)
    {
        using var here = shares.To(Device.Cpu);
        using var wide = here.To(DType.Float32);
        return wide.ToArray<float>();
    }
}

/// <summary>The class that a network predicts.</summary>
/// <param name="Class">The number of the likeliest class, from 0.</param>
/// <param name="Name">Its name.</param>
/// <param name="Probability">How likely it is, 0 to 1.</param>
public sealed record ClassPrediction(int Class, string Name, double Probability);
