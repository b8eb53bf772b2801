namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>
/// Nodes at the end of a file that only select results have no gradient and no layers behind them: they are kept as
/// they are.
/// </summary>
internal static class Ends
{
    private static readonly HashSet<string> Weighty =
        ["Conv", "ConvTranspose", "Gemm", "MatMul", "LSTM", "GRU", "RNN", "Linear"];

    /// <summary>Fails if neither a layer with weights nor a float output depends on a node.</summary>
    public static void RequireUse(NodeImport node)
    {
        if (!Behind(node, (graph, value) => graph.Outputs.Contains(value) && graph.KindOf(value) == OnnxKind.Float))
        {
            throw node.Error("nothing that is cut or trained depends on it");
        }
    }

    /// <summary>Fails if no layer with weights depends on a node.</summary>
    public static void RequireWeights(NodeImport node)
    {
        if (!Behind(node, (_, _) => false))
        {
            throw node.Error("no layer with weights depends on it");
        }
    }

    private static bool Behind(NodeImport node, Func<OnnxGraph, string, bool> isUse)
    {
        var graph = node.Graph;
        var seen = new HashSet<string>(node.Node.Outputs, StringComparer.Ordinal);
        var open = new Stack<string>(seen);
        while (open.TryPop(out var value))
        {
            if (isUse(graph, value))
            {
                return true;
            }

            foreach (var user in graph.Users(value))
            {
                if (Weighty.Contains(user.Type) && user.Inputs.Any(graph.Constants.ContainsKey))
                {
                    return true;
                }

                foreach (var output in user.Outputs.Where(output => output.Length > 0 && seen.Add(output)))
                {
                    open.Push(output);
                }
            }
        }

        return false;
    }
}
