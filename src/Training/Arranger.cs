using Ocs.Data;
using Ocs.Pruning.Surgery;
using Ocs.Training.Telemetry;

namespace Ocs.Training;

/// <summary>
/// Chooses layout, padding and precision of a network. What the options leave open is chosen by timing.
/// </summary>
internal sealed class Arranger(TrainingContext run)
{
    /// <summary>Chooses for the present network, and converts the optimiser's state and the data.</summary>
    /// <param name="padding">The cut from the padded network to this one, or null for none.</param>
    /// <param name="whole">
    /// The network before the cut, which is timed in turns with the candidates; null before the cut.
    /// </param>
    public void Arrange(CutPlan? padding, RunningNetwork? whole = null)
    {
        var sentence = run.WithProbe(probe =>
        {
            run.Precisions = Trainable(probe);
            var (padded, choice) = run.Network.Arrange(
                run.Training, run.Precisions, padding, probe.Inputs, run.Captures, run.Replicas, whole);
            if (padded)
            {
                run.Optimizer.Expand(padding!);
            }

            return choice;
        });
        run.Precisions = [run.Network.Precision];
        run.Replicas.Reduce(run.Network.Parameters);
        run.Tell(sentence, TrainingLog.LayoutChosen);
        run.Batches.Prefer(run.Network.Executor.MemoryFormat);
    }

    /// <summary>
    /// Checks that a resumed network can be trained in its precision. Another libtorch may lack operators.
    /// </summary>
    public void CheckPrecision()
    {
        if (run.Network.Precision.Autocast() is not null)
        {
            run.Precisions = run.WithProbe(Trainable);
            run.Network.Take(run.Precisions[0]);
        }
    }

    // The precisions in which the network can be trained here. After the cut, a missing one does not end the run.
    private IReadOnlyList<Precision> Trainable(Batch probe)
    {
        var options = run.State.Record is null ? run.Training : run.Training with { Precision = Precision.Auto };
        var (left, sentence) = new PrecisionTrial(options, run.Task, run.Replicas, run.Distiller).Leave(
            run.Network, run.Precisions, probe);
        if (sentence is not null)
        {
            run.Tell(sentence, TrainingLog.PrecisionLeftOut);
        }

        return left;
    }
}
