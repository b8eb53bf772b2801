using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Folding;

/// <summary>Replaces an If with a constant condition by its branch.</summary>
internal static class Branches
{
    /// <summary>Replaces the If by the branch's nodes, and returns them in order.</summary>
    public static ImmutableArray<OnnxNode> Inline(OnnxGraph graph, OnnxNode node, bool condition)
    {
        var attribute = condition ? "then_branch" : "else_branch";
        if (node.Attributes.GetValueOrDefault(attribute) is not UnreadAttribute { Graph: { } branch }
            || branch.Output.Count != node.Outputs.Length
            || branch.SparseInitializer.Count > 0
            || branch.Node.Any(inner => inner.Attribute.Any(each => each.G is not null || each.Graphs.Count > 0)))
        {
            throw node.Unread("its branch has further branches");
        }

        var names = branch.Initializer.Select(tensor => tensor.Name)
            .Concat(branch.Node.SelectMany(inner => inner.Output))
            .Where(name => name.Length > 0)
            .Distinct()
            .ToDictionary(name => name, name => $"{node.Name}/{name}", StringComparer.Ordinal);
        string Outside(string name) => names.GetValueOrDefault(name, name);
        graph.Remove(node);
        foreach (var tensor in branch.Initializer)
        {
            graph.Constants[Outside(tensor.Name)] = TensorReader.CanRead(tensor)
                ? graph.Tensors!.Read(tensor, null)
                : throw node.Unread("its branch has a tensor of an unsupported type");
        }

        var added = ImmutableArray.CreateBuilder<OnnxNode>();
        foreach (var message in branch.Node)
        {
            var inner = message.Clone();
            inner.Name = $"{node.Name}/{(inner.Name.Length > 0 ? inner.Name : inner.OpType)}";
            for (var input = 0; input < inner.Input.Count; input++)
            {
                inner.Input[input] = Outside(inner.Input[input]);
            }

            for (var output = 0; output < inner.Output.Count; output++)
            {
                inner.Output[output] = Outside(inner.Output[output]);
            }

            var read = OnnxReader.ToNode(inner, graph.FreshName(inner.Name), graph.Tensors!);
            graph.Add(read);
            added.Add(read);
        }

        foreach (var (output, made) in node.Outputs.Zip(branch.Output))
        {
            graph.Redirect(output, Outside(made.Name));
        }

        return added.ToImmutable();
    }
}
