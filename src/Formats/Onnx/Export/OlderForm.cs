using System.Runtime.InteropServices;
using Google.Protobuf.Collections;
using Onnx;

namespace Ocs.Formats.Onnx.Export;

/// <summary>Rewrites nodes for opsets 11 and 12: axes are attributes, and Resize has all its inputs.</summary>
internal static class OlderForm
{
    /// <summary>The first opset that needs no rewriting.</summary>
    public const int Below = 13;

    /// <summary>Changes a node of opset 13.</summary>
    /// <param name="node">The node.</param>
    /// <param name="constants">The file's constants, with the node's axes.</param>
    public static void Apply(NodeProto node, RepeatedField<TensorProto> constants)
    {
        if (node.OpType is "Squeeze" or "Unsqueeze" or "ReduceSum" && node.Input.Count == 2)
        {
            var axes = constants.Single(constant => constant.Name == node.Input[1]);
            node.Attribute.Add(
                OnnxAttribute.Ints("axes", MemoryMarshal.Cast<byte, long>(axes.RawData.Span)).Message);
            node.Input.RemoveAt(1);
            constants.Remove(axes);
        }

        for (var input = 1; node.OpType == "Resize" && input < node.Input.Count; input++)
        {
            if (node.Input[input].Length == 0)
            {
                node.Input[input] = $"{node.Output[0]}/none_{input}";
                constants.Add(OnnxWeights.Message(node.Input[input], TensorProto.Types.DataType.Float, [0], []));
            }
        }
    }
}
