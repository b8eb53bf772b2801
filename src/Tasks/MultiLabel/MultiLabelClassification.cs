using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>
/// Any number of labels for each sample. The first output is [N, labels], logits; the first target [N, labels], 0 or 1.
/// The loss is binary cross-entropy, PyTorch's BCEWithLogitsLoss. A label counts as found if its probability is above
/// one half.
/// </summary>
/// <param name="labelNames">The names of the labels, in the order of the logits.</param>
public sealed class MultiLabelClassification(ImmutableArray<string> labelNames) : ITask<ImmutableArray<LabelPrediction>>
{
    /// <summary>The names of the labels, in the order of the logits.</summary>
    public ImmutableArray<string> LabelNames { get; } = labelNames;

    /// <inheritdoc/>
    public string Name => "multi-label classification";

    /// <summary>
    /// F1 over all labels and samples together (micro-averaged); the fraction of labels that are right; the fraction of
    /// samples whose labels are all right.
    /// </summary>
    public ImmutableArray<Metric> Metrics { get; } =
    [
        new("f1", IsFraction: true), new("label-accuracy", IsFraction: true), new("subset-accuracy", IsFraction: true),
    ];

    /// <inheritdoc/>
    public Tensor Loss(IReadOnlyList<Tensor> outputs, Batch batch)
    {
        using var target = Columns.Target(outputs, batch, 0);
        return Aten.Call(
            "aten::binary_cross_entropy_with_logits", "", outputs[0], target, default, default,
            (long)Reduction.Mean)[0];
    }

    /// <inheritdoc/>
    public OutputActivation ActivationOf(int output) =>
        output == 0 ? OutputActivation.Sigmoid : OutputActivation.None;

    /// <inheritdoc/>
    public IMetricTally CreateTally() => new LabelTally();

    /// <inheritdoc/>
    public void Check(Graph graph, IDataset data)
    {
        var labels = graph.Nodes[graph.Outputs[0]].Shape[^1];
        if (labels != LabelNames.Length)
        {
            throw new OcsInputException(
                $"Network '{graph.Name}' has {labels} outputs, but there are {LabelNames.Length} labels; "
                + "give the right number of classes.");
        }
    }

    /// <summary>The labels that are found, the likeliest first.</summary>
    public ImmutableArray<ImmutableArray<LabelPrediction>> Decode(IReadOnlyList<Tensor> outputs)
    {
        using var _ = Autograd.NoGrad();
        using var shares = Aten.Sigmoid(outputs[0]);
        using var matrix = Columns.Matrix(shares);
        using var here = matrix.To(Device.Cpu);
        return
        [
            .. here.ToArray<double>().Chunk(LabelNames.Length).Select(ImmutableArray<LabelPrediction> (row) =>
            [
                .. row.Select((share, label) => new LabelPrediction(label, LabelNames[label], share))
                    .Where(prediction => prediction.Probability > 0.5)
                    .OrderByDescending(prediction => prediction.Probability),
            ]),
        ];
    }
}

/// <summary>A label that a network finds.</summary>
/// <param name="Label">Its number, from 0.</param>
/// <param name="Name">What it means.</param>
/// <param name="Probability">How likely it is, 0 to 1.</param>
public sealed record LabelPrediction(int Label, string Name, double Probability);
