using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Cli.Output;

/// <summary>Tells which file to deploy.</summary>
internal static class FileToShip
{
    /// <summary>The sentence about the file to deploy, and its batch norms.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isOnnx">Whether other programs can run it.</param>
    /// <param name="graph">Its network.</param>
    /// <param name="isFolded">Whether batch norms were folded.</param>
    /// <param name="how">The option that folds them.</param>
    public static string Sentence(string path, bool isOnnx, Graph graph, bool isFolded, string how) =>
        !isOnnx ? $"`ocs export {ShellWord.Of(path)} --onnx FILE.onnx --fold-batch-norm` writes the file to ship."
        : !graph.Nodes.Any(node => node.Operator is BatchNorm2d) ? $"The file to ship: {path}."
        : isFolded ? $"The file to ship: {path}; its batch norms are folded into the layers before them."
        : $"The file to ship: {path}; its batch norms are separate operators, "
            + $"and {how} folds them into the layers before, which makes it smaller.";
}
