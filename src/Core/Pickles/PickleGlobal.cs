namespace Ocs.Core.Pickles;

/// <summary>A class or function by name. It is never looked up, and nothing of it ever runs.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => PickleText.Show($"{Module}.{Name}");
}
