namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>
/// Real numbers of whole ones and of truth values, which are real numbers here already; and whole numbers of others,
/// where only tables read them: ours take any number as an index.
/// </summary>
internal static class Cast
{
    public static void Import(NodeImport node)
    {
        var output = node.Node.Output;
        var isIndex = node.Graph.KindOf(output) == OnnxKind.Integer
            && !node.Graph.Outputs.Contains(output)
            && node.Graph.Users(output).All(user => user.Is("Gather") && user.Inputs[0] != output);
        node.Output(isIndex || node.Graph.KindOf(output) == OnnxKind.Float
            ? node.Any(0)
            : throw node.Error("it makes whole numbers or truth values of a computed value, which are not read"));
    }
}
