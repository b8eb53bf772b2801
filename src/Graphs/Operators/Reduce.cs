using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>What <see cref="Reduce"/> makes of the elements that it joins.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReduceKind>))]
public enum ReduceKind
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>The largest.</summary>
    Max,
}

/// <summary>
/// Mean, sum or maximum over some dimensions, which must keep their sizes: a channel that leaves is not one that is
/// zero to a mean or a maximum of channels. Reduced dimensions stay with size 1 or go.
/// </summary>
public sealed record Reduce(ReduceKind Kind, ImmutableArray<int> Dimensions, bool KeepDimensions = false) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        var input = shapes.Inputs[0];
        if (Dimensions.IsDefaultOrEmpty || Dimensions.Distinct().Count() != Dimensions.Length
            || Dimensions.Any(dimension => dimension < 1 || dimension >= input.Length))
        {
            throw shapes.Error(
                $"it reduces dimensions that are not among 1 to {input.Length - 1} of input {NodeShapes.Show(input)}, "
                + "or one twice");
        }

        return KeepDimensions
            ? [.. input.Select((size, dimension) => Dimensions.Contains(dimension) ? 1 : size)]
            : [.. input.Where((_, dimension) => !Dimensions.Contains(dimension))];
    }

    public override Tensor Run(in RunContext context)
    {
        long[] dimensions = [.. Dimensions.Select(dimension => (long)dimension)];
        return Kind switch
        {
            ReduceKind.Mean => Aten.Mean(context.Input, dimensions, KeepDimensions),
            ReduceKind.Sum => Aten.Sum(context.Input, dimensions, KeepDimensions),
            ReduceKind.Max => Aten.Amax(context.Input, dimensions, KeepDimensions),
            _ => throw new InvalidOperationException($"Reduction {Kind} has no run rule."),
        };
    }

    public override void Couple(ICoupling coupling)
    {
        var output = 0;
        for (var dimension = 0; dimension < coupling.Shapes.Inputs[0].Length; dimension++)
        {
            if (!Dimensions.Contains(dimension))
            {
                coupling.Tie(Axis.Input(0, dimension), Axis.Output(output++));
            }
            else if (KeepDimensions)
            {
                output++;
            }
        }
    }

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() =>
        $"{Kind}(dimensions [{string.Join(", ", Dimensions)}]{(KeepDimensions ? ", kept" : "")})";
}
