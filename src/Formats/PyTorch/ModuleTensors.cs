using Ocs.Core.Pickles;

namespace Ocs.Formats;

/// <summary>
/// The tensors of a pickled module, as in its <c>state_dict()</c>: parameters, persistent buffers, then those of its
/// children.
/// </summary>
internal sealed class ModuleTensors
{
    private const int DeepestModule = 100;

    private readonly OrderedDictionary<string, TorchTensor> _found = new(StringComparer.Ordinal);
    private int _entries;

    /// <summary>Whether a value is a module.</summary>
    public static bool IsModule(object? value) => AsModule(value) is not null;

    /// <summary>The tensors of a module by name.</summary>
    public static OrderedDictionary<string, TorchTensor> Of(object? module)
    {
        var walk = new ModuleTensors();
        walk.Visit(AsModule(module)!, "", DeepestModule);
        return walk._found;
    }

    private static PickleDictionary? AsModule(object? value) =>
        value is PickleObject { State: PickleDictionary state }
        && state.Entries.ContainsKey("_parameters") && state.Entries.ContainsKey("_modules")
            ? state
            : null;

    private void Visit(PickleDictionary module, string prefix, int depth)
    {
        StateDict.RequireShort(prefix);
        if (depth == 0)
        {
            throw new InvalidDataException($"its modules are nested more than {DeepestModule} deep");
        }

        _entries++;
        var unsaved = module.Entries.GetValueOrDefault(
            "_non_persistent_buffers_set") is PickleSet { Members: var members }
            ? members
            : [];
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
            StateDict.Add(_found, $"{prefix}{name}", value);
        }
    }

    // A module can occur under many names, so the limit counts visits.
    private OrderedDictionary<string, object?> Named(PickleDictionary module, string key)
    {
        if (module.Entries.GetValueOrDefault(key) is not PickleDictionary { Entries: var entries })
        {
            return [];
        }

        _entries += 1 + entries.Count;
        StateDict.RequireFew(_entries);
        return entries;
    }
}
