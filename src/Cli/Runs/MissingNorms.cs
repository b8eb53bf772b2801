using Ocs.Cli.Configuration;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Graphs.Passes;
using Ocs.Torch;
using Ocs.Training;

namespace Ocs.Cli.Runs;

/// <summary>ONNX files whose exporter folded the batch norms: such a network is hard to train further.</summary>
internal static class MissingNorms
{
    // Shallower networks often have none by design.
    private const int ManyConvolutions = 4;

    // The number of batches for the norms' statistics.
    private const int Batches = 10;

    private const string Export =
        "Exporting it with torch.onnx.export(..., training=torch.onnx.TrainingMode.PRESERVE, "
        + "do_constant_folding=False) keeps them.";

    /// <summary>The warning about a network from a file; null if there is none.</summary>
    /// <param name="model">The file.</param>
    /// <param name="graph">Its network, as it was read.</param>
    public static string? Warning(string model, Graph graph) => AreMissing(model, graph)
        ? $"Warning: {model} has no batch norms; exporters fold them into the layers before them. "
            + $"Training it may fail. {Export}"
        : null;

    /// <summary>
    /// Replaces a network without norms by one with norms that change no output; null if it has norms, or if the
    /// options forbid it.
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

    /// <summary>The sentence about restored norms.</summary>
    public static string RestoredSentence(string model) =>
        $"{model} has no batch norms; exporters fold them into the layers before them, "
        + "and such a network is hard to train. So a batch norm was added after every convolution, "
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
