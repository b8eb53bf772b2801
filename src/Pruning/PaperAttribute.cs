namespace Ocs.Pruning;

/// <summary>Marks the type that implements an equation or algorithm of arXiv 2501.13439.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class PaperAttribute(string reference) : Attribute
{
    /// <summary>"Eq. 2", "Alg. 1".</summary>
    public string Reference { get; } = reference;
}
