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

    /// <summary>The smallest.</summary>
    Min,

    /// <summary>Their product.</summary>
    Product,

    /// <summary>The sum of their magnitudes.</summary>
    L1,

    /// <summary>The root of the sum of their squares.</summary>
    L2,

    /// <summary>The sum of their squares.</summary>
    SumOfSquares,

    /// <summary>The logarithm of their sum.</summary>
    LogSum,

    /// <summary>The logarithm of the sum of their exponentials.</summary>
    LogSumExp,
}

/// <summary>
/// Mean, sum, maximum or the like over some dimensions, which must keep their sizes: a channel that leaves is not one
/// that is zero to a mean or a maximum of channels. Reduced dimensions stay with size 1 or go.
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
            ReduceKind.Min => Aten.Call("aten::amin", "", context.Input, dimensions, KeepDimensions)[0],
            ReduceKind.Product => Product(context.Input),
            ReduceKind.L1 => Aten.VectorNorm(context.Input, 1, dimensions, KeepDimensions),
            ReduceKind.L2 => Aten.VectorNorm(context.Input, 2, dimensions, KeepDimensions),
            ReduceKind.SumOfSquares => SumOf(Aten.Square(context.Input), dimensions),
            ReduceKind.LogSum => LogOf(Aten.Sum(context.Input, dimensions, KeepDimensions)),
            ReduceKind.LogSumExp => Aten.Call("aten::logsumexp", "", context.Input, dimensions, KeepDimensions)[0],
            _ => throw new InvalidOperationException($"Reduction {Kind} has no run rule."),
        };
    }

    // libtorch multiplies along one dimension at a time.
    private Tensor Product(Tensor input)
    {
        var product = input.Alias();
        foreach (var dimension in Dimensions.OrderDescending())
        {
            using var before = product;
            product = Aten.Call("aten::prod", "dim_int", before, (long)dimension, KeepDimensions)[0];
        }

        return product;
    }

    private Tensor SumOf(Tensor squares, long[] dimensions)
    {
        using (squares)
        {
            return Aten.Sum(squares, dimensions, KeepDimensions);
        }
    }

    private static Tensor LogOf(Tensor sum)
    {
        using (sum)
        {
            return Aten.Log(sum);
        }
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

    public override bool KeepsZeroChannels(NodeShapes shapes) =>
        Kind is not (ReduceKind.LogSum or ReduceKind.LogSumExp);

    // The logarithm of 0 is not finite, and stays so when it is multiplied by 0.
    public override bool ChangesWhenChannelsLeave => Kind == ReduceKind.LogSum;

    public override string ToString() =>
        $"{Kind}(dimensions [{string.Join(", ", Dimensions)}]{(KeepDimensions ? ", kept" : "")})";
}
