namespace Ocs.Pruning;

/// <summary>
/// An option whose value is chosen automatically if it is null. Configurations write <see cref="Word"/> for null.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AutomaticAttribute : Attribute
{
    public const string Word = "auto";
}
