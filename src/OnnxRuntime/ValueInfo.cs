using System.Collections.Immutable;

namespace Ocs.OnnxRuntime;

/// <summary>An input or output of a network.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Sizes, outermost first; -1 for dynamic sizes.</param>
public sealed record ValueInfo(string Name, ElementType Type, ImmutableArray<long> Shape)
{
    /// <summary>Whether a tensor fits it.</summary>
    internal bool Takes(TensorData tensor) =>
        tensor.Type == Type && tensor.Shape.Length == Shape.Length
        && Shape.Zip(tensor.Shape).All(pair => pair.First < 0 || pair.First == pair.Second);

    /// <summary>Type and shape: <c>Float32 [any, 10]</c>.</summary>
    public override string ToString() =>
        $"{Type} [{string.Join(", ", Shape.Select(size => size < 0 ? "any" : $"{size}"))}]";
}
