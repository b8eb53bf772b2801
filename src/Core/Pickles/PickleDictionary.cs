namespace Ocs.Core.Pickles;

/// <summary>A dictionary, plain or ordered. Entries under other keys than text are left out.</summary>
internal sealed class PickleDictionary
{
    public OrderedDictionary<string, object?> Entries { get; } = new(StringComparer.Ordinal);
}
