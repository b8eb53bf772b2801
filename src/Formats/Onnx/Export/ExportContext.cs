using Ocs.Graphs;
using Onnx;

namespace Ocs.Formats.Onnx.Export;

/// <summary>What the nodes of one network share on their way to ONNX.</summary>
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
