namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Whole numbers of others, where only tables read them: ours take any number as an index.</summary>
internal static class Cast
{
    public static void Import(NodeImport node)
    {
        var isIndex = node.Graph.KindOf(node.Node.Output) == OnnxKind.Integer
            && !node.Graph.Outputs.Contains(node.Node.Output)
            && node.Graph.Users(node.Node.Output).All(user => user.Is("Gather") && user.Inputs[0] != node.Node.Output);
        node.Output(isIndex
            ? node.Any(0)
            : throw node.Error("it changes the type of a computed value, and networks of 32-bit floats are read"));
    }
}
