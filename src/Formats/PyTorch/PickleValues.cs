namespace Ocs.Formats;

/// <summary>
/// A dictionary, plain or ordered. Entries under other keys than text are left out: no name of a weight is among them.
/// </summary>
internal sealed class PickleDictionary
{
    public OrderedDictionary<string, object?> Entries { get; } = new(StringComparer.Ordinal);
}

/// <summary>A set, frozen or not, with its members in the order of the file.</summary>
internal sealed record PickleSet(List<object?> Members);

/// <summary>A class or function by name. It is never looked up, and nothing of it ever runs.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => PickleText.Show($"{Module}.{Name}");
}

/// <summary>What a class or function that has no meaning here would have made: its name and its state.</summary>
internal sealed class PickleObject(PickleGlobal @class)
{
    public PickleGlobal Class { get; } = @class;

    /// <summary>What the object's fields would have been set from; null where the file sets none.</summary>
    public object? State { get; set; }
}

/// <summary>The numbers that tensors are views of, by the key under which the file holds them.</summary>
/// <param name="Key">Of the whole storage in the file.</param>
/// <param name="TypeName">PyTorch's name of the storage's class.</param>
/// <param name="TotalCount">Elements of the whole storage.</param>
/// <param name="Offset">The first element of the part that is meant; 0 for all but old files.</param>
/// <param name="Count">Elements of the part.</param>
internal sealed record TorchStorage(string Key, string TypeName, long TotalCount, long Offset, long Count);

/// <summary>A tensor as a view of a storage; offset and strides count elements, and nothing is checked yet.</summary>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides);
