using System.Collections.Immutable;
using Ocs.Cli.Configuration;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Training.Runs;

namespace Ocs.Cli.Runs;

/// <summary>The teacher of a run's network, until a trainer has copied it.</summary>
internal sealed class TrainingTeacher : IDisposable
{
    private readonly bool _isOwn;

    private TrainingTeacher(string source, Network network, bool isOwn, ImmutableArray<string> remarks) =>
        (Source, Network, _isOwn, Remarks) = (source, network, isOwn, remarks);

    /// <summary>The file of the teacher.</summary>
    public string Source { get; }

    /// <summary>The network.</summary>
    public Network Network { get; }

    /// <summary>Remarks about its file, one sentence each.</summary>
    public ImmutableArray<string> Remarks { get; }

    /// <summary>The teacher of a new run; null without one.</summary>
    public static TrainingTeacher? Open(ExperimentOptions options, TrainingStart start, ExperimentData data) =>
        options.Distill.IsStart
            ? new(start.Source!, start.Network!, isOwn: false, [])
            : Read(options.Distill.Teacher, options, data);

    /// <summary>The teacher of a resumed run; null without one.</summary>
    /// <param name="options">The options of the run.</param>
    /// <param name="data">The samples.</param>
    /// <param name="place">The path of the teacher; null for the original path.</param>
    public static TrainingTeacher? Reopen(ExperimentOptions options, ExperimentData data, string? place)
    {
        if (options.Distill.Teacher is not { } before)
        {
            return place is null ? null : throw new OcsInputException(
                "The run began without a teacher, so --teacher cannot be given; leave it out, or begin a new run.");
        }

        var source = place ?? before;
        try
        {
            return source == DistillChoices.Start ? OfStart(options, data) : Read(source, options, data);
        }
        catch (OcsInputException error)
        {
            throw new OcsInputException(
                $"The run's teacher cannot be loaded: {error.Message.TrimEnd('.')}. Put it back, or give its new path "
                + "with --teacher FILE.",
                error);
        }
    }

    public void Dispose()
    {
        if (_isOwn)
        {
            Network.Dispose();
        }
    }

    // Reads the run's initial weights again.
    private static TrainingTeacher OfStart(ExperimentOptions options, ExperimentData data)
    {
        using var start = TrainingStart.Open(options, data, Device.Cpu);
        return new(start.Source!, start.Network!.To(Device.Cpu), isOwn: true, []);
    }

    private static TrainingTeacher? Read(string? source, ExperimentOptions options, ExperimentData data)
    {
        if (source is null)
        {
            return null;
        }

        var file = FileOf(source);
        var (network, remarks) = HasNetwork(file)
            ? new(ModelSource.ReadFile(file, data.Shape), [])
            : ReadWeights(file, options, data);
        try
        {
            FiniteWeights.Require(file, network.Parameters);
            ModelSource.CheckImages(file, network.Graph, data.Train);
            if (data.Images is not null && ModelSource.ClassesOf(file, network.Graph) is var classes
                && classes != data.Classes)
            {
                throw new OcsInputException(
                    $"The teacher {file} has {classes} classes, but {data.Train.Name} has {data.Classes}; "
                    + "give a network that was trained for the same classes.");
            }

            return new(source, network, isOwn: true, remarks);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static string FileOf(string source)
    {
        if (!Directory.Exists(source))
        {
            return source;
        }

        var model = Path.Combine(source, RunDirectory.ModelName);
        return File.Exists(model) ? model : throw new OcsInputException(
            $"The teacher {source} is a folder without {RunDirectory.ModelName}; "
            + "give the folder of a complete run, or a file.");
    }

    private static bool HasNetwork(string file) =>
        ModelSource.IsOnnx(file) || (File.Exists(file) && OcsFile.IsOcsFile(file));

    private static LoadedWeights ReadWeights(string file, ExperimentOptions options, ExperimentData data)
    {
        if (!ModelSource.IsFile(options.Model))
        {
            var graph = TrainingDataSource.Network(options.Model, data);
            return Weights.Load(file, graph, new() { AllowNarrower = true });
        }

        using var model = ModelSource.ReadFile(options.Model, data.Shape);
        return Weights.Load(file, model.Graph);
    }
}
