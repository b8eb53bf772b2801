namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Dropout, with its probability: it applies if the network is trained again.</summary>
internal static class Dropout
{
    public static void Import(NodeImport node)
    {
        if (node.Node.OutputOrNull(1) is not null)
        {
            throw node.Error("its mask is used, which inference does not make");
        }

        var ratio = node.Node.Has("ratio")
            ? node.Node.Float("ratio", 0)
            : node.Arguments.Constant(1)?.Numbers[0] ?? 0.5;
        var x = node.Any(0);
        node.Output(ratio == 0 ? x : x with { Value = node.Builder.Dropout(node.Name, x.Value, Math.Round(ratio, 6)) });
    }
}
