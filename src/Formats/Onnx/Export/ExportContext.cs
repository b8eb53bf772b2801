using Ocs.Graphs;
using Onnx;

namespace Ocs.Formats.Onnx.Export;

/// <summary>What the nodes of one network share on their way to ONNX.</summary>
/// <param name="Graph">The network.</param>
/// <param name="Parameters">Its weights.</param>
/// <param name="Opset">The version of ONNX's operators.</param>
/// <param name="Names">The names of values in the file.</param>
/// <param name="Weights">The weights in the file.</param>
/// <param name="Message">What is written.</param>
/// <param name="WholeNumbers">The inputs that hold whole numbers, by node.</param>
internal sealed record ExportContext(
    Graph Graph,
    ParameterTable Parameters,
    int Opset,
    OnnxNames Names,
    OnnxWeights Weights,
    GraphProto Message,
    IReadOnlySet<int> WholeNumbers)
{
    /// <summary>The domains of operators that are not ONNX's, and their versions.</summary>
    public SortedDictionary<string, int> Domains { get; } = new(StringComparer.Ordinal);
}
