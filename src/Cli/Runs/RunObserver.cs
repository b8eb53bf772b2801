using Ocs.Cli.Output;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Reporting.TensorBoard;
using Ocs.RunLog;
using Ocs.Training;

namespace Ocs.Cli.Runs;

/// <summary>Writes a run into its folder as it goes, and shows it.</summary>
internal sealed class RunObserver(RunDirectory folder, RunLogWriter log, EventFile events, TrainingDisplay display) : ITrainingObserver
{
    private bool _hasEvents = true;

    /// <summary>Where the time of each epoch went.</summary>
    public List<EpochProfile> Epochs { get; } = [];

    /// <summary>Whether the folder holds anything worth keeping.</summary>
    public bool HasBegun { get; private set; }

    public void StepDone(StepProgress progress)
    {
        HasBegun = true;
        display.StepDone(progress);
    }

    public void EpochDone(RunRecord record)
    {
        log.Append(record);
        AppendEvents(record);
        display.EpochDone(record);
    }

    public void EpochProfiled(EpochProfile profile) => Epochs.Add(profile);

    public void ModelReady(ModelKind kind, Graph graph, ParameterTable parameters, PruningRecord? record) => OcsFile.Write(
        folder.PathOf(kind == ModelKind.Best ? RunDirectory.BestName : RunDirectory.ModelName), graph, parameters, record);

    public void Message(string sentence) => display.Message(sentence);

    // A copy of the log for another program: nothing to stop a run for.
    private void AppendEvents(RunRecord record)
    {
        try
        {
            if (_hasEvents)
            {
                events.Append(record);
            }
        }
        catch (IOException error)
        {
            _hasEvents = false;
            display.Message($"{EventFile.FileName} could not be written ({error.Message.TrimEnd('.')}); the run goes on without it.");
        }
    }
}
