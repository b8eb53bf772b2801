using Ocs.Cli.Configuration;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Graphs.Passes;
using Ocs.Torch;
using Ocs.Training;

namespace Ocs.Cli.Runs;

/// <summary>
/// A file of ONNX whose batch norms its exporter made part of the layers before them: such a network is hard to train
/// on.
/// </summary>
internal static class MissingNorms
{
    // Shallower networks are often meant to have none.
    private const int ManyConvolutions = 4;

    // Of images, to measure the norms' statistics on.
    private const int Batches = 10;

    private const string Export =
        "Exporting it with torch.onnx.export(..., training=torch.onnx.TrainingMode.PRESERVE, "
        + "do_constant_folding=False) keeps them.";

    /// <summary>What to tell of a network that came from a file; null if there is nothing.</summary>
    /// <param name="model">The file.</param>
    /// <param name="graph">Its network, as it was read.</param>
    public static string? Warning(string model, Graph graph) => AreMissing(model, graph)
        ? $"Warning: {model} has no batch norms; exporters fold them into the layers before them. "
            + $"Training it may fail. {Export}"
        : null;

    /// <summary>
    /// The network with norms that change nothing, in place of one that lacks them; null if it lacks none, or shall
    /// have none.
    /// </summary>
    public static Network? Restore(
        ExperimentOptions options, Graph graph, ParameterTable parameters, TrainingData data)
    {
        if (!options.RestoreNorms || !AreMissing(options.Model, graph))
        {
            return null;
        }

        var batches = BatchLoaderOptions.Train(options.Training.BatchSize, data.Augmentation, options.Seed);
        using var loader = data.Train.Open(batches with { DropLast = false });
        var (normed, weights) = NormInsertion.Apply(graph, parameters, Images(loader));
        return new(normed, weights);
    }

    /// <summary>What to tell where norms were restored.</summary>
    public static string RestoredSentence(string model) =>
        $"{model} has no batch norms; exporters fold them into the layers before them, "
        + "and such a network is hard to train. So a batch norm was put behind every convolution, "
        + $"which changes no output (restore-norms: false leaves the network as it is). {Export}";

    private static bool AreMissing(string model, Graph graph) =>
        ModelSource.IsOnnx(model)
        && graph.Nodes.Count(node => node.Operator is Convolution) >= ManyConvolutions
        && !graph.Nodes.Any(node =>
            node.Operator is BatchNorm2d or GroupNorm or InstanceNorm2d or LayerNorm or RmsNorm);

    private static IEnumerable<Tensor> Images(IBatchSource loader)
    {
        foreach (var batch in loader.Epoch(0).Take(Batches))
        {
            using (batch)
            {
                yield return batch.Images;
            }
        }
    }
}
