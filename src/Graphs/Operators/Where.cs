using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// A choice between two values by a third, element by element: the first where the condition is not 0, else the second.
/// Dimensions of size 1 broadcast. No gradient goes through the condition. Inputs: the condition, then those of the two
/// that are no number.
/// </summary>
/// <param name="Chosen">The first value where it is one number; null where it is an input.</param>
/// <param name="Otherwise">The second value where it is one number; null where it is an input.</param>
public sealed record Where(double? Chosen = null, double? Otherwise = null) : Operator
{
    private const string Verb = "choose between";

    public override ImmutableArray<long> InferShape(NodeShapes shapes) =>
        Chosen is { } one && !double.IsFinite(one) || Otherwise is { } other && !double.IsFinite(other)
            ? throw shapes.Error($"its numbers {Chosen} and {Otherwise} are not finite")
            : Broadcasting.Shape(shapes, Verb, Inputs);

    public override Tensor Run(in RunContext context)
    {
        using var condition = Aten.Call("aten::ne", "Scalar", context.Inputs[0], 0.0)[0];
        var like = context.Inputs[^1];
        using var chosen = Chosen is { } one ? Number(one, like) : context.Inputs[1].To(like.DType);
        using var otherwise = Otherwise is { } other ? Number(other, like) : like.Alias();
        return Aten.Where(condition, chosen, otherwise);
    }

    public override void Couple(ICoupling coupling) => Broadcasting.Couple(coupling);

    public override bool OutputMayBeOverwritten => true;

    public override bool PassesGradient(int input) => input > 0;

    public override bool KeepsZeroChannels(NodeShapes shapes) => Otherwise is null or 0 && shapes.Inputs.All(input =>
        input.Length < 2 || input[1] == shapes.Output[1]);

    public override Operator Resize(NodeShapes before, NodeShapes after)
    {
        Broadcasting.RequireSamePattern(before, after, Verb);
        return this;
    }

    public override string ToString() => $"Where({Chosen}, {Otherwise})";

    private int Inputs => 1 + (Chosen is null ? 1 : 0) + (Otherwise is null ? 1 : 0);

    private static Tensor Number(double number, Tensor like) => Tensor.Full([], number, like.DType, like.Device);
}
