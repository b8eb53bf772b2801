using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Comparisons and logic; booleans are 1 and 0 here.</summary>
internal static class Logic
{
    public static void Compare(NodeImport node)
    {
        Ends.RequireUse(node);
        var (a, b) = Operands.Pair(node);
        node.Output(a with { Value = Compared(node, node.Name, Enum.Parse<ComparisonKind>(node.Node.Type), a, b) });
    }

    public static void Not(NodeImport node)
    {
        Ends.RequireUse(node);
        var x = node.Any(0);
        node.Output(x with { Value = Negated(node, node.Name, x.Value) });
    }

    public static void And(NodeImport node) => OfTwo(node, node.Builder.Multiply);

    public static void Or(NodeImport node) => OfTwo(node, node.Builder.Maximum);

    public static void Xor(NodeImport node)
    {
        Ends.RequireUse(node);
        var (a, b) = Operands.Pair(node);
        var same = Compared(node, node.Part("same"), ComparisonKind.Equal, a, b);
        node.Output(a with { Value = Negated(node, node.Name, same) });
    }

    /// <summary>Whether a value is not 0.</summary>
    public static Value IsNotZero(NodeImport node, Imported x)
    {
        var zero = x with { Value = Operands.Numbers(node, "zero", [], [0], x) };
        return Negated(node, node.Name, Compared(node, node.Part("is_zero"), ComparisonKind.Equal, x, zero));
    }

    /// <summary>1 where the comparison holds, else 0.</summary>
    public static Value Compared(NodeImport node, string name, ComparisonKind kind, Imported a, Imported b) =>
        node.Builder.Add(name, new Comparison(kind), [a.Value, b.Value], []);

    private static Value Negated(NodeImport node, string name, Value x) => node.Builder.Affine(name, x, [-1], [1]);

    private static void OfTwo(NodeImport node, Func<string, Value, Value, Value> combine)
    {
        Ends.RequireUse(node);
        var (a, b) = Operands.Pair(node);
        node.Output(a with { Value = combine(node.Name, a.Value, b.Value) });
    }
}
