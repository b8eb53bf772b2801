namespace Ocs.Core.Pickles;

/// <summary>What a class or function that has no meaning here would have made: its name and its state.</summary>
internal sealed class PickleObject(PickleGlobal @class)
{
    public PickleGlobal Class { get; } = @class;

    /// <summary>What the object's fields would have been set from; null if the file sets none.</summary>
    public object? State { get; set; }
}
