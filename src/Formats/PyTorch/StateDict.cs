namespace Ocs.Formats;

/// <summary>Finds the named tensors of a network in what a file of PyTorch holds.</summary>
internal static class StateDict
{
    private const int DeepestCheckpoint = 4;
    private const int DeepestModule = 100;
    private const int MostEntries = 100_000;
    private const int LongestName = 500;
    private const string ParallelPrefix = "module.";

    private static readonly string[] UsualKeys = ["state_dict", "model", "model_state_dict", "net", "weights"];

    /// <summary>
    /// The tensors of a dictionary of them, of the one that a checkpoint holds under a usual key, or of a whole module;
    /// without the prefix that all names have where the network was trained on several devices.
    /// </summary>
    public static OrderedDictionary<string, TorchTensor> Of(object? root)
    {
        var found = Find(root, DeepestCheckpoint, []) ?? throw new InvalidDataException(root switch
        {
            PickleDictionary dictionary => "it holds no tensors by name, neither at once nor under "
                + $"{string.Join(", ", UsualKeys)}; its keys are {Keys(dictionary)}",
            PickleObject other => $"it holds a {other.Class}, which is no module of PyTorch",
            _ => "it holds neither a dictionary of tensors nor a module",
        });
        return found.Keys.All(name => name.StartsWith(ParallelPrefix, StringComparison.Ordinal)) ? WithoutPrefix(found) : found;
    }

    private static OrderedDictionary<string, TorchTensor>? Find(object? value, int depth, HashSet<PickleDictionary> seen)
    {
        if (AsModule(value) is { } module)
        {
            var walk = new ModuleWalk();
            walk.Visit(module, "", DeepestModule);
            return walk.Found;
        }

        if (value is not PickleDictionary dictionary || depth == 0 || !seen.Add(dictionary))
        {
            return null;
        }

        var inner = UsualKeys
            .Select(key => dictionary.Entries.TryGetValue(key, out var entry) ? Find(entry, depth - 1, seen) : null)
            .FirstOrDefault(found => found is not null);
        return inner ?? Flat(dictionary);
    }

    // Counts, names and the like beside the tensors are no weights.
    private static OrderedDictionary<string, TorchTensor>? Flat(PickleDictionary dictionary)
    {
        var found = new OrderedDictionary<string, TorchTensor>(StringComparer.Ordinal);
        foreach (var (name, value) in dictionary.Entries)
        {
            Add(found, name, value);
        }

        return found.Count > 0 ? found : null;
    }

    private static void Add(OrderedDictionary<string, TorchTensor> found, string name, object? value)
    {
        RequireShort(name);
        if (value is TorchTensor tensor)
        {
            found[name] = found.Count < MostEntries ? tensor : throw TooMany();
        }
        else if (value is PickleObject { Class: { Module: "torch._utils" } unknown })
        {
            throw new InvalidDataException($"it holds '{PickleText.Show(name)}' as {unknown}, a kind of tensor that is not known here");
        }
    }

    private static void RequireShort(string name)
    {
        if (name.Length > LongestName)
        {
            throw new InvalidDataException($"a name in it has {name.Length} characters");
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

    private static string Keys(PickleDictionary dictionary)
    {
        const int Shown = 5;
        var keys = dictionary.Entries.Keys.Take(Shown).Select(key => $"'{PickleText.Show(key)}'");
        return dictionary.Entries.Count == 0 ? "none" : string.Join(", ", keys) + (dictionary.Entries.Count > Shown ? ", ..." : "");
    }

    private static PickleDictionary? AsModule(object? value) =>
        value is PickleObject { State: PickleDictionary state }
        && state.Entries.ContainsKey("_parameters") && state.Entries.ContainsKey("_modules")
            ? state
            : null;

    /// <summary>Collects as <c>state_dict()</c> does: parameters, buffers that are meant to be saved, then the children.</summary>
    private sealed class ModuleWalk
    {
        private int _entries;

        public OrderedDictionary<string, TorchTensor> Found { get; } = new(StringComparer.Ordinal);

        public void Visit(PickleDictionary module, string prefix, int depth)
        {
            RequireShort(prefix);
            if (depth == 0)
            {
                throw new InvalidDataException($"its modules are nested more than {DeepestModule} deep");
            }

            _entries++;
            var unsaved = module.Entries.GetValueOrDefault("_non_persistent_buffers_set") is PickleSet { Members: var members } ? members : [];
            _entries += unsaved.Count;
            AddAll(module, "_parameters", prefix, []);
            AddAll(module, "_buffers", prefix, [.. unsaved.OfType<string>()]);
            foreach (var (name, child) in Named(module, "_modules"))
            {
                if (AsModule(child) is { } inner)
                {
                    Visit(inner, $"{prefix}{name}.", depth - 1);
                }
            }
        }

        private void AddAll(PickleDictionary module, string key, string prefix, HashSet<string> except)
        {
            foreach (var (name, value) in Named(module, key).Where(pair => !except.Contains(pair.Key)))
            {
                Add(Found, $"{prefix}{name}", value);
            }
        }

        // A module can be there under many names, so what is counted is what is looked at.
        private OrderedDictionary<string, object?> Named(PickleDictionary module, string key)
        {
            if (module.Entries.GetValueOrDefault(key) is not PickleDictionary { Entries: var entries })
            {
                return [];
            }

            _entries += 1 + entries.Count;
            return _entries <= MostEntries ? entries : throw TooMany();
        }
    }
}
