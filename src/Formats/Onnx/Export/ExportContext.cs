using Ocs.Graphs;
using Onnx;

namespace Ocs.Formats.Onnx.Export;

/// <summary>The state that all nodes share during an export.</summary>
/// <param name="Graph">The network.</param>
/// <param name="Parameters">Its weights.</param>
/// <param name="Opset">The version of ONNX's operators.</param>
/// <param name="Names">Names of values in the file.</param>
/// <param name="Weights">The weights in the file.</param>
/// <param name="Message">The model that is written.</param>
/// <param name="WholeNumbers">The input nodes that hold integers.</param>
internal sealed record ExportContext(
    Graph Graph,
    ParameterTable Parameters,
    int Opset,
    OnnxNames Names,
    OnnxWeights Weights,
    GraphProto Message,
    IReadOnlySet<int> WholeNumbers)
{
    /// <summary>Domains of custom operators, with their versions.</summary>
    public SortedDictionary<string, int> Domains { get; } = new(StringComparer.Ordinal);
}
