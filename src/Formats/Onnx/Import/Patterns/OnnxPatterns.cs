using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>
/// Patterns that fuse what exporters decompose. Each one rewrites all its matches. They run in this order, after
/// constant folding and shape inference.
/// </summary>
internal static class OnnxPatterns
{
    private static readonly ImmutableArray<Action<OnnxGraph>> InOrder =
    [
        PaddedImages.Apply,
        AttentionNodes.Apply,
        JoinedParts.Apply,
        UnboundParts.Apply,
        BothDirections.Apply,
        LayerNorms.Apply,
        Gelus.Apply,
        GatedActivations.Apply,
        GroupNorms.Apply,
        UnitNorms.Apply,
        ChannelShuffles.Apply,
        Attentions.Apply,
        Einsums.Apply,
        FlatLinears.Apply,
        BatchFirst.Apply,
        PackedParts.Apply,
        PatchMerges.Apply,
        Linears.Apply,
    ];

    public static void Apply(OnnxGraph graph)
    {
        foreach (var pattern in InOrder)
        {
            pattern(graph);
            graph.Sort();
        }

        graph.DropUnread();
    }
}
