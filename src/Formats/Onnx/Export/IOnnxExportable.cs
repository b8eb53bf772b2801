using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Export;

/// <summary>
/// A custom <see cref="Operator"/> that can be exported to ONNX: as standard operators, which every runtime knows, or
/// as one in a custom domain, for which the runtime needs a kernel.
/// </summary>
public interface IOnnxExportable
{
    /// <summary>
    /// Adds the ONNX nodes of one node of the network. Add the last one by a single call of
    /// <see cref="NodeExport.Emit"/> or <see cref="NodeExport.EmitCustom"/>, and those before it by
    /// <see cref="NodeExport.EmitPart"/>.
    /// </summary>
    /// <param name="node">The node, and the place for its ONNX nodes.</param>
    /// <exception cref="OcsInputException">
    /// The operator has no form in this operator set; the message names the node.
    /// </exception>
    void Export(NodeExport node);
}
