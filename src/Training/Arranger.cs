using Ocs.Data;
using Ocs.Pruning.Surgery;
using Ocs.Training.Telemetry;

namespace Ocs.Training;

/// <summary>Chooses layout, padding and precision of a network, by the clock where the options leave it open.</summary>
internal sealed class Arranger(TrainingContext run)
{
    /// <summary>Chooses for the present network, and lets the optimiser and the data follow.</summary>
    /// <param name="padding">The cut from the padded network to this one, or null for none.</param>
    /// <param name="whole">
    /// The network before the cut, which takes turns with what is chosen from; null before there is one.
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
    /// Looks whether a resumed network can go on in its precision: another libtorch may not have the operators that the
    /// run began with.
    /// </summary>
    public void CheckPrecision()
    {
        if (run.Network.Precision.Autocast() is not null)
        {
            run.Precisions = run.WithProbe(Trainable);
            run.Network.Take(run.Precisions[0]);
        }
    }

    // What of the precisions the network can be trained in here. Once it is cut, the run does not end for it.
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
