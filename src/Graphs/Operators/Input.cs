using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// A value that the caller gives. The shape is that of one sample with the batch dimension in front: [1, C, H, W].
/// </summary>
public sealed record Input(ImmutableArray<long> Shape) : Operator
{
    /// <summary>
    /// What is subtracted from each channel of an image whose pixels are scaled to 0..1; empty if nothing is known.
    /// </summary>
    public ImmutableArray<float> Mean { get; init; } = [];

    /// <summary>What each channel is divided by after that, positive; empty if nothing is known.</summary>
    public ImmutableArray<float> StandardDeviation { get; init; } = [];

    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 0, parameters: 0);
        if (Shape.IsDefaultOrEmpty || Shape[0] != 1 || Shape.Any(size => size <= 0))
        {
            throw shapes.Error("an input's shape must be positive and begin with a batch of 1");
        }

        return HasNoNormalization || IsNormalizationWhole
            ? Shape
            : throw shapes.Error("an input's normalization has one mean and one positive deviation a channel");
    }

    public override Tensor Run(in RunContext context) =>
        throw new InvalidOperationException("Inputs are given, not run.");

    public override void Couple(ICoupling coupling)
    {
        for (var dimension = 0; dimension < Shape.Length; dimension++)
        {
            coupling.Freeze(Axis.Output(dimension), "input of the network");
        }
    }

    private bool HasNoNormalization =>
        Mean is { IsDefault: false, Length: 0 } && StandardDeviation is { IsDefault: false, Length: 0 };

    private bool IsNormalizationWhole =>
        !Mean.IsDefault && !StandardDeviation.IsDefault && Shape.Length > 1 && Mean.Length == Shape[1]
        && StandardDeviation.Length == Shape[1]
        && Mean.All(float.IsFinite) && StandardDeviation.All(deviation => float.IsFinite(deviation) && deviation > 0);

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => nameof(Input);
}
