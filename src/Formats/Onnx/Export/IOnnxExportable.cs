using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Export;

/// <summary>
/// An <see cref="Operator"/> of a program's own that says how it is written to ONNX files: as ONNX's operators, which
/// every runtime computes, or as one of a domain of its own, which the runtime has to be taught.
/// </summary>
public interface IOnnxExportable
{
    /// <summary>
    /// Adds the ONNX nodes of one node of the network. The last one is added by <see cref="NodeExport.Emit"/> or
    /// <see cref="NodeExport.EmitCustom"/>, once; those before it by <see cref="NodeExport.EmitPart"/>.
    /// </summary>
    /// <param name="node">The node, and where its ONNX nodes go.</param>
    /// <exception cref="OcsInputException">
    /// The operator has no form in this operator set; the message names the node.
    /// </exception>
    void Export(NodeExport node);
}
