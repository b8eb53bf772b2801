using Ocs.Cli.Runtimes;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Training;

namespace Ocs.Cli.Runs;

/// <summary>Whether a run's batches fit into the memory of this machine.</summary>
internal static class TrainingMemory
{
    // Of values in mixed precision.
    private const double Half = 0.5;

    /// <summary>
    /// Fails with a sentence where a batch takes more than there is, before it is tried: the kernel would end the run
    /// without one.
    /// </summary>
    /// <param name="graph">The network.</param>
    /// <param name="options">Sizes of batches, and what they are computed in.</param>
    /// <param name="data">No batch has more images than there are.</param>
    /// <param name="device">Only a CPU has the machine's memory.</param>
    /// <param name="processes">How many share a batch.</param>
    /// <param name="memory">What there is; null for this machine's.</param>
    public static void Require(
        Graph graph, TrainingOptions options, ExperimentData data, Device device, int processes = 1,
        MachineMemory? memory = null)
    {
        if (device.Kind != DeviceKind.Cpu)
        {
            return;
        }

        memory ??= new();
        var images = Math.Min(options.BatchSize, data.Train.Count) / (double)processes;
        var share = options.Precision == Precision.Fp32 ? 1 : Half;
        memory.Require(
            images * share * NetworkMemory.OfTraining(graph, options.Recompute),
            $"A training step of {graph.Name} with {Math.Ceiling(images)} images",
            options.Recompute
                ? "give a smaller training.batch-size"
                : "give a smaller training.batch-size, or set training.recompute");
        images = Math.Min(options.EvaluationBatchSize, data.Test.Count) / (double)processes;
        memory.Require(
            images * NetworkMemory.OfInference(graph),
            $"An evaluation of {graph.Name} with {Math.Ceiling(images)} images",
            "give a smaller training.evaluation-batch-size");
    }
}
