using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>What <see cref="Comparison"/> asks of two values.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ComparisonKind>))]
public enum ComparisonKind
{
    /// <summary>a = b.</summary>
    Equal,

    /// <summary>a > b.</summary>
    Greater,

    /// <summary>a ≥ b.</summary>
    GreaterOrEqual,

    /// <summary>a &lt; b.</summary>
    Less,

    /// <summary>a ≤ b.</summary>
    LessOrEqual,
}

/// <summary>
/// Two values compared element by element: 1 where it is so, else 0. Dimensions of size 1 broadcast. No gradient goes
/// through it.
/// </summary>
public sealed record Comparison(ComparisonKind Kind) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes) => Broadcasting.Shape(shapes, Verb);

    public override Tensor Run(in RunContext context)
    {
        var (a, b) = (context.Inputs[0], context.Inputs[1]);
        var name = Kind switch
        {
            ComparisonKind.Equal => "aten::eq",
            ComparisonKind.Greater => "aten::gt",
            ComparisonKind.GreaterOrEqual => "aten::ge",
            ComparisonKind.Less => "aten::lt",
            ComparisonKind.LessOrEqual => "aten::le",
            _ => throw new InvalidOperationException($"Comparison {Kind} has no run rule."),
        };
        using var holds = Aten.Call(name, "Tensor", a, b)[0];
        return holds.To(a.DType);
    }

    public override void Couple(ICoupling coupling) => Broadcasting.Couple(coupling);

    public override bool OutputMayBeOverwritten => true;

    public override bool PassesGradient(int input) => false;

    public override bool KeepsZeroChannels(NodeShapes shapes) =>
        Kind is ComparisonKind.Greater or ComparisonKind.Less && Broadcasting.SharesChannels(shapes);

    public override Operator Resize(NodeShapes before, NodeShapes after)
    {
        Broadcasting.RequireSamePattern(before, after, Verb);
        return this;
    }

    public override string ToString() => $"{Kind}";

    private static string Verb => "compare";
}
