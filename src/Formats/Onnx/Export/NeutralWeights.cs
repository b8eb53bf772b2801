namespace Ocs.Formats.Onnx.Export;

/// <summary>Weights of 1 and biases of 0, for norms where ONNX requires them.</summary>
internal static class NeutralWeights
{
    public static string[] Of(NodeExport node, params ReadOnlySpan<long> shape)
    {
        var count = 1L;
        foreach (var size in shape)
        {
            count *= size;
        }

        return [node.Floats("ones", shape, Filled(count, 1)), node.Floats("zeros", shape, Filled(count, 0))];
    }

    private static float[] Filled(long count, float value)
    {
        var values = new float[count];
        Array.Fill(values, value);
        return values;
    }
}
