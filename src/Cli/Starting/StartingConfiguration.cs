using System.Collections.Immutable;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.Data;

namespace Ocs.Cli.Starting;

/// <summary>A first configuration.</summary>
/// <param name="Text">The YAML file.</param>
/// <param name="Data">The data.</param>
/// <param name="Task">The task of the network.</param>
/// <param name="TrainLine">The command line that trains it.</param>
/// <param name="Remarks">What the user has to do first, one sentence each.</param>
internal sealed record StartingConfiguration(
    string Text, FoundData Data, string Task, string TrainLine, ImmutableArray<string> Remarks)
{
    // Placeholder names for masks without class names.
    private static readonly ImmutableArray<string> Placeholders = ["background", "object"];

    /// <summary>The configuration for a network and data.</summary>
    /// <param name="model">A name of the zoo, or a file.</param>
    /// <param name="word">A data set's name, a folder or a file.</param>
    /// <param name="output">The path of the configuration, for the command lines in it.</param>
    /// <exception cref="OcsInputException">One of them is unknown, or they do not fit together.</exception>
    public static StartingConfiguration Of(string model, string word, string output)
    {
        var data = FoundData.Of(word);
        var task = TrainingDataSource.TaskOf(data.Name);
        var network = StartingNetwork.Of(model, task);
        var values = StartingValues.Of(network, data, task);
        var remarks = new List<string>();
        if (data.Root is not null)
        {
            values = Fitting(values, network, data, task, remarks);
        }

        var trainLine = $"ocs train {ShellWord.Of(output)}"
            + (data.Root is { } root ? $" --data-root {ShellWord.Of(root)}" : "");
        string[] head =
        [
            $"A run of {CleanText.Line(model)} on {CleanText.Line(data.What)}.", "",
            $"{trainLine} --dry-run    shows its plan",
            $"{trainLine}              trains it", "",
            "A key after # has the default shown there. Remove the # to change it.",
        ];
        var text = new CommentedYaml(values, ExperimentOptions.DefaultsOf(Preset.Auto, data.Name))
            .Write(head, Records(task, data));

        // Errors are reported before it is written.
        _ = ExperimentOptions.Read(text, output, []);
        return new(text, data, Choices.NameOf(task), trainLine, [.. remarks]);
    }

    private static string PlaceholderList => $"[{string.Join(", ", Placeholders)}]";

    private static Dictionary<string, string> Records(TaskKind task, FoundData data)
    {
        var records = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["training"] = "Training",
            ["distill"] = "A trained network to learn from",
            ["pruning"] = "Pruning",
        };
        var (key, title) = task switch
        {
            TaskKind.Segmentation => ("masks", "The pictures and their masks"),
            TaskKind.Detection => ("boxes", "The pictures and their boxes"),
            TaskKind.Text => ("text", "The text"),
            _ => ("images", "The folder of pictures"),
        };
        if (task != TaskKind.Classification || data.Name == ImageFolder.DataName)
        {
            records.Add(key, title);
        }

        if (task == TaskKind.Detection)
        {
            records.Add("box-augmentation", "What happens to pictures in training");
        }
        else if (task != TaskKind.Text)
        {
            records.Add("augmentation", "What happens to pictures in training");
        }

        return records;
    }

    // Settings that depend on the data: few samples, classes without names, other classes than the network's.
    private static ImmutableArray<(string Key, string Value)> Fitting(
        ImmutableArray<(string Key, string Value)> values, StartingNetwork network, FoundData data, TaskKind task,
        List<string> remarks)
    {
        var options = ExperimentOptions.Load(null, values.Select(pair => $"{pair.Key}={pair.Value}"));
        try
        {
            using var samples = TrainingDataSource.Open(options, data.Root);
            var isOther = network is { IsTrained: true, Classes: { } classes } && task == TaskKind.Classification
                && classes != samples.Classes;
            var batch = StartingValues.Batch(options.Training.BatchSize, samples.Train.Count);
            return
            [
                .. values.Select(pair => pair.Key == StartingValues.BatchKey ? (pair.Key, batch) : pair),
                .. isOther ? [("reset-classifier", "true")] : Array.Empty<(string, string)>(),
            ];
        }
        catch (OcsInputException error)
        {
            var isUnnamed = task == TaskKind.Segmentation && OpensWithNames(options, data.Root);
            remarks.Add($"Warning: {error.Message.TrimEnd('.')}."
                + (isUnnamed ? $" {PlaceholderList} stands for them in the file." : ""));
            return isUnnamed ? values.Add(("masks.class-names", PlaceholderList)) : values;
        }
    }

    private static bool OpensWithNames(ExperimentOptions options, string? root)
    {
        try
        {
            var masks = options.Masks with { ClassNames = Placeholders };
            using var samples = TrainingDataSource.Open(options with { Masks = masks }, root);
            return true;
        }
        catch (OcsInputException)
        {
            return false;
        }
    }
}
