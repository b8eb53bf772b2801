using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>Old names and extra tensors in torchvision's published weights.</summary>
internal static class PublishedNames
{
    // These depend on the window size, and networks compute them.
    private static readonly string[] Computed = [".relative_position_index", ".relative_coords_table"];

    // Heads that only training uses.
    private static readonly string[] Auxiliary = ["aux1.", "aux2.", "AuxLogits."];

    // MLP layers of vision transformers before version 0.14; layers of dense blocks.
    private static readonly (string Old, string New)[] Renamed =
    [
        (".mlp.linear_1.", ".mlp.0."), (".mlp.linear_2.", ".mlp.3."),
        (".norm.1.", ".norm1."), (".norm.2.", ".norm2."), (".conv.1.", ".conv1."), (".conv.2.", ".conv2."),
    ];

    /// <summary>Renames or drops tensors that a network does not have by that name.</summary>
    public static void Fit(Graph graph, Dictionary<string, Tensor> tensors)
    {
        foreach (var name in tensors.Keys.Where(name => !graph.HasParameter(name)).ToList())
        {
            var renamed = Renamed.Aggregate(
                name, (current, pair) => current.Replace(pair.Old, pair.New, StringComparison.Ordinal));
            if (renamed != name && graph.HasParameter(renamed) && tensors.TryAdd(renamed, tensors[name]))
            {
                tensors.Remove(name);
            }
            else if (Computed.Any(ending => name.EndsWith(ending, StringComparison.Ordinal))
                || Auxiliary.Any(head => name.StartsWith(head, StringComparison.Ordinal)))
            {
                tensors.Remove(name, out var unused);
                unused?.Dispose();
            }
        }
    }
}
