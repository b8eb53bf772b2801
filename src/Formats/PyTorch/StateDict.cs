using System.Collections.Immutable;
using Ocs.Core.Pickles;

namespace Ocs.Formats;

/// <summary>Named tensors, their key in the checkpoint, and its other keys with named tensors.</summary>
internal sealed record FoundTensors(
    OrderedDictionary<string, TorchTensor> Tensors, string? Key, ImmutableArray<string> OtherKeys);

/// <summary>Finds the named tensors of a network in a PyTorch file's object.</summary>
internal sealed class StateDict
{
    private const int DeepestCheckpoint = 4;
    private const int MostEntries = 100_000;

    // Parts of a file can occur under many keys, so the limit counts visits.
    private const int MostLookedAt = 20 * MostEntries;
    private const int LongestName = 500;
    private const int KeysShown = 5;
    private const string ParallelPrefix = "module.";

    // Trained weights come before their running averages, which have to be named.
    private static readonly string[] UsualKeys =
    [
        "state_dict", "model", "model_state_dict", "model_state", "net", "network", "net_state_dict", "params",
        "weights", "module", "state_dict_ema", "model_ema", "ema", "params_ema", "ema_state_dict",
        "model_ema_state_dict", "ema_model", "averaged_model", "swa_model",
    ];

    private int _lookedAt;

    private StateDict()
    {
    }

    /// <summary>
    /// The tensors of a state dict, of a checkpoint under the given or a usual key, or of a module. Removes the common
    /// prefix of networks trained on several devices.
    /// </summary>
    public static FoundTensors Of(object? root, string? key = null)
    {
        var search = new StateDict();
        var found = key is null ? search.Usual(root) : search.At(root, key);
        var isParallel = found.Tensors.Keys.All(name => name.StartsWith(ParallelPrefix, StringComparison.Ordinal));
        return isParallel ? found with { Tensors = WithoutPrefix(found.Tensors) } : found;
    }

    private FoundTensors At(object? root, string key)
    {
        var entries = root is PickleDictionary dictionary ? dictionary.Entries : [];
        if (entries.TryGetValue(key, out var value) && Find(value, DeepestCheckpoint) is { } found)
        {
            return new(found, key, []);
        }

        // A flat dictionary can hold several networks, each under a prefix.
        var prefix = $"{key}.";
        var prefixed = Find(root, DeepestCheckpoint)?
            .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToList()
            ?? [];
        if (prefixed.Count > 0)
        {
            var bare = new OrderedDictionary<string, TorchTensor>(StringComparer.Ordinal);
            prefixed.ForEach(pair => bare.Add(pair.Key[prefix.Length..], pair.Value));
            return new(bare, key, []);
        }

        var keys = KeysWithTensors(root);
        throw new InvalidDataException(
            $"it holds no tensors under '{PickleText.Show(key)}', "
            + $"{(keys.Count > 0 ? $"but under {Shown(keys)}" : "nor under any other key")}");
    }

    private FoundTensors Usual(object? root)
    {
        var keys = KeysWithTensors(root);
        var usual = UsualKeys.FirstOrDefault(keys.Contains);
        var flat = root is PickleDictionary dictionary ? Flat(dictionary) : null;
        if (usual is null && flat is null && keys.Count > 1)
        {
            throw new InvalidDataException($"it holds tensors under {Shown(keys)}; choose one by FILE:KEY");
        }

        var key = usual ?? (flat is null ? keys.FirstOrDefault() : null);
        var found = (
            key is null ? flat ?? Module(root) : Find(((PickleDictionary)root!).Entries[key], DeepestCheckpoint))
            ?? throw new InvalidDataException(root switch
            {
                PickleDictionary other => "it holds no tensors by name, neither at once nor under "
                    + $"{string.Join(", ", UsualKeys.Take(KeysShown))} and the like; "
                    + $"its keys are {Shown([.. other.Entries.Keys])}",
                PickleObject other => $"it holds a {other.Class}, which is not a PyTorch module",
                _ => "it holds neither a dictionary of tensors nor a module",
            });
        return new(found, key, [.. UsualKeys.Where(other => other != key && keys.Contains(other))]);
    }

    // Tensors of an optimizer or a scheduler are not a network's.
    private List<string> KeysWithTensors(object? root) => root is PickleDictionary dictionary
        ? [.. dictionary.Entries
            .Where(pair =>
                pair.Value is not TorchTensor
                    && !IsOfTraining(pair.Key)
                    && Find(pair.Value, DeepestCheckpoint) is not null)
            .Select(pair => pair.Key)]
        : [];

    private static bool IsOfTraining(string key) =>
        key.Contains("optim", StringComparison.OrdinalIgnoreCase)
            || key.Contains("sched", StringComparison.OrdinalIgnoreCase)
        || key.Contains("scaler", StringComparison.OrdinalIgnoreCase)
        || key.Contains("rng", StringComparison.OrdinalIgnoreCase);

    private OrderedDictionary<string, TorchTensor>? Find(
        object? value, int depth, HashSet<PickleDictionary>? above = null)
    {
        if (Module(value) is { } module)
        {
            return module;
        }

        above ??= [];
        if (value is not PickleDictionary dictionary || depth == 0 || !above.Add(dictionary))
        {
            return null;
        }

        var inner = UsualKeys
            .Select(key => dictionary.Entries.TryGetValue(key, out var entry) ? Find(entry, depth - 1, above) : null)
            .FirstOrDefault(found => found is not null);
        return inner ?? Flat(dictionary);
    }

    private OrderedDictionary<string, TorchTensor>? Module(object? value)
    {
        if (!ModuleTensors.IsModule(value))
        {
            return null;
        }

        var found = ModuleTensors.Of(value);
        Charge(found.Count);
        return found;
    }

    // Counts and names beside the tensors are not weights.
    private OrderedDictionary<string, TorchTensor>? Flat(PickleDictionary dictionary)
    {
        Charge(dictionary.Entries.Count);
        var found = new OrderedDictionary<string, TorchTensor>(StringComparer.Ordinal);
        foreach (var (name, value) in dictionary.Entries)
        {
            Add(found, name, value);
        }

        return found.Count > 0 ? found : null;
    }

    /// <summary>Adds a value if it is a tensor. An unknown kind of tensor is an error.</summary>
    internal static void Add(OrderedDictionary<string, TorchTensor> found, string name, object? value)
    {
        RequireShort(name);
        if (value is TorchTensor tensor)
        {
            found[name] = found.Count < MostEntries ? tensor : throw TooMany();
        }
        else if (value is PickleObject { Class: { Module: "torch._utils" } unknown })
        {
            throw new InvalidDataException(
                $"it holds '{PickleText.Show(name)}' as {unknown}, an unsupported kind of tensor");
        }
    }

    internal static void RequireShort(string name)
    {
        if (name.Length > LongestName)
        {
            throw new InvalidDataException($"a name in it has {name.Length} characters");
        }
    }

    internal static void RequireFew(int entries)
    {
        if (entries > MostEntries)
        {
            throw TooMany();
        }
    }

    private void Charge(int entries)
    {
        _lookedAt += 1 + entries;
        if (_lookedAt > MostLookedAt)
        {
            throw TooMany();
        }
    }

    private static InvalidDataException TooMany() => new($"it has more than {MostEntries:N0} tensors or modules");

    private static OrderedDictionary<string, TorchTensor> WithoutPrefix(OrderedDictionary<string, TorchTensor> found)
    {
        var bare = new OrderedDictionary<string, TorchTensor>(StringComparer.Ordinal);
        foreach (var (name, tensor) in found)
        {
            bare.Add(name[ParallelPrefix.Length..], tensor);
        }

        return bare;
    }

    private static string Shown(List<string> keys) => keys.Count == 0
        ? "none"
        : string.Join(", ", keys.Take(KeysShown).Select(key => $"'{PickleText.Show(key)}'"))
            + (keys.Count > KeysShown ? ", ..." : "");
}
