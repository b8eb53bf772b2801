using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// The channels with given indices, in their order, [N, C, ...] -> [N, indices, ...]: any order, any of them left out,
/// any repeated.
/// </summary>
public sealed record SelectChannels(ImmutableArray<int> Indices) : Operator
{
    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        var input = shapes.Inputs[0];
        return input.Length >= 2 && !Indices.IsDefaultOrEmpty && Indices.All(index => index >= 0 && index < input[1])
            ? input.SetItem(1, Indices.Length)
            : throw shapes.Error($"it selects channels that input {NodeShapes.Show(input)} does not have, or none");
    }

    public override Tensor Run(in RunContext context)
    {
        using var indices = Tensor.FromArray<long>([.. Indices.Select(index => (long)index)], [Indices.Length]);
        using var onDevice = indices.To(context.Input.Device);
        return Aten.IndexSelect(context.Input, 1, onDevice);
    }

    public override void Couple(ICoupling coupling)
    {
        TieElementwise(coupling, except: 1);

        // What is not selected is free as far as this node is concerned.
        coupling.Free(Axis.Input(0, 1));
        for (var channel = 0; channel < Indices.Length; channel++)
        {
            coupling.Tie(Axis.Input(0, 1), Indices[channel], Axis.Output(1), channel);
        }
    }

    public override Operator Resize(NodeShapes before, NodeShapes after) => RequireUnchanged(before, after);

    public override Operator Cut(ICut cut) => new SelectChannels(
        Follow(cut.Kept(Axis.Output(1)).Select(channel => Indices[channel]), cut.Kept(Axis.Input(0, 1))));

    public override bool OutputMayBeOverwritten => true;

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    public override string ToString() => $"SelectChannels([{string.Join(", ", Indices)}])";

    /// <summary>Where each of some channels is among those that are kept.</summary>
    internal static ImmutableArray<int> Follow(IEnumerable<int> channels, IReadOnlyList<int> kept)
    {
        var places = kept
            .Select((channel, place) => (channel, place))
            .ToDictionary(pair => pair.channel, pair => pair.place);
        return [.. channels.Select(channel => places[channel])];
    }
}
