using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>Matches a file's names with a network's: removes prefixes, and tensors that are not its weights.</summary>
internal static class WeightNames
{
    private const int NamesShown = 3;

    // Marks names outside the network's prefix until they are removed.
    private const char Outside = '\0';

    // Wrappers that PyTorch adds for compilation, distribution or activation checkpointing.
    private static readonly string[] Wrappers =
        ["module.", "_orig_mod.", "_fsdp_wrapped_module.", "_checkpoint_wrapped_module."];

    // Running averages of weights, which are not the network itself.
    private static readonly string[] Averages = ["ema", "averag", "swa", "teacher", "momentum", "target"];

    // Counts that profilers and averages leave in every layer.
    private static readonly string[] SideValues =
        ["total_ops", "total_params", "num_batches_tracked", "n_averaged", "initted", "step", "num_updates", "decay"];

    // Parts of a program that trains a network.
    private static readonly string[] SideParts =
    [
        "criterion", "loss", "ema", "teacher", "optimizer", "scheduler", "metric", "accuracy", "normalize",
        "n_averaged", "train_", "val_", "test_",
    ];

    /// <summary>
    /// Renames tensors to the network's names where they match, and removes tensors that are not its weights.
    /// </summary>
    /// <returns>Remarks for the user, one sentence each.</returns>
    public static ImmutableArray<string> Fit(string path, Graph graph, Dictionary<string, Tensor> tensors)
    {
        var remarks = ImmutableArray.CreateBuilder<string>();
        RemoveWrappers(graph, tensors);
        var (prefix, others) = Prefixes(graph, tensors.Keys);
        if (others.Length > 0)
        {
            remarks.Add($"{path} holds several networks of these names; that under {Named(prefix)} was taken, and "
                + $"{path}:{others[0].TrimEnd('.')} takes {(others.Length == 1 ? "the other" : "another")}.");
        }

        Rename(tensors, prefix);
        PublishedNames.Fit(graph, tensors);
        var elsewhere = TakeFromElsewhere(graph, tensors);
        if (elsewhere.Count > 0)
        {
            remarks.Add(
                $"{path} holds most of the weights under {Named(prefix)}, "
                + $"but {Few(elsewhere.Select(name => $"'{name}'"))} elsewhere.");
        }

        var unused = tensors.Keys
            .Where(name => !graph.HasParameter(name)
                && (name[0] == Outside
                    || IsSideValue(name)
                    || others.Any(other => name.StartsWith(other, StringComparison.Ordinal))))
            .ToList();
        foreach (var name in unused)
        {
            tensors.Remove(name, out var tensor);
            tensor!.Dispose();
        }

        if (unused.Count > 0)
        {
            var what = unused.Count == 1 ? "value that is not a weight" : "values that are not weights";
            remarks.Add($"{path} holds {unused.Count} {what} of "
                + $"'{graph.Name}'; ignored: {Few(unused.Select(name => $"'{name.TrimStart(Outside)}'"))}.");
        }

        return remarks.ToImmutable();
    }

    /// <summary>The first names, and the number of others.</summary>
    public static string Few(IEnumerable<string> all)
    {
        var names = all.ToList();
        var shown = string.Join(", ", names.Take(NamesShown));
        return names.Count > NamesShown ? $"{shown} and {names.Count - NamesShown} more" : shown;
    }

    private static void RemoveWrappers(Graph graph, Dictionary<string, Tensor> tensors)
    {
        foreach (var name in tensors.Keys.Where(name => !graph.HasParameter(name)).ToList())
        {
            var bare = Wrappers.Aggregate(name, (current, wrapper) =>
                current.StartsWith(wrapper, StringComparison.Ordinal)
                    ? current[wrapper.Length..].Replace($".{wrapper}", ".", StringComparison.Ordinal)
                    : current.Replace($".{wrapper}", ".", StringComparison.Ordinal));
            if (bare != name && tensors.TryAdd(bare, tensors[name]))
            {
                tensors.Remove(name);
            }
        }
    }

    // The prefix with most of the network's names, and other prefixes with equally many.
    private static (string Prefix, ImmutableArray<string> Others) Prefixes(Graph graph, IEnumerable<string> names)
    {
        var counts = new OrderedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            for (var start = 0; start >= 0; start = name.IndexOf('.', start) is >= 0 and var dot ? dot + 1 : -1)
            {
                if (graph.HasParameter(name[start..]))
                {
                    counts[name[..start]] = counts.GetValueOrDefault(name[..start]) + 1;
                }
            }
        }

        if (counts.Count == 0)
        {
            return ("", []);
        }

        var most = counts.Values.Max();
        var best = counts.Where(pair => pair.Value == most).Select(pair => pair.Key).ToList();
        var chosen = best.Contains("") ? "" : best.Find(prefix => !IsAverage(prefix)) ?? best[0];
        return (chosen, [.. best.Where(prefix => prefix != chosen)]);
    }

    private static bool IsAverage(string prefix) =>
        Array.Exists(Averages, word => prefix.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static void Rename(Dictionary<string, Tensor> tensors, string prefix)
    {
        if (prefix.Length == 0)
        {
            return;
        }

        var all = tensors.ToList();
        tensors.Clear();
        foreach (var (name, tensor) in all)
        {
            tensors.Add(
                name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : Outside + name, tensor);
        }
    }

    // A classifier may be beside its network: backbone.conv1.weight, head.fc.weight.
    private static List<string> TakeFromElsewhere(Graph graph, Dictionary<string, Tensor> tensors)
    {
        var taken = new List<string>();
        var outside = tensors.Keys.Where(name => name[0] == Outside).ToList();
        foreach (var missing in graph.Parameters.Select(spec => spec.Name).Where(name => !tensors.ContainsKey(name)))
        {
            if (outside.FindAll(name => name.EndsWith($".{missing}", StringComparison.Ordinal)) is [var found])
            {
                tensors.Remove(found, out var tensor);
                tensors.Add(missing, tensor!);
                taken.Add(found.TrimStart(Outside));
            }
        }

        return taken;
    }

    private static bool IsSideValue(string name) =>
        SideValues.Contains(name[(name.LastIndexOf('.') + 1)..])
        || Array.Exists(SideParts, part => name.StartsWith(part, StringComparison.OrdinalIgnoreCase));

    private static string Named(string prefix) => prefix.Length == 0 ? "no prefix" : $"'{prefix.TrimEnd('.')}'";
}
