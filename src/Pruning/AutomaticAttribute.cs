namespace Ocs.Pruning;

/// <summary>An option that is found where it is null; configurations spell that <see cref="Word"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AutomaticAttribute : Attribute
{
    public const string Word = "auto";
}
