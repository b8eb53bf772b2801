using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Ocs.Cli.Completing;
using Ocs.Cli.Configuration;

namespace Ocs.Cli.Commands;

/// <summary>
/// The options of `ocs train` that set a configuration key, as --set does. One table keeps both consistent.
/// </summary>
internal sealed class TrainingFlags
{
    private static readonly ImmutableArray<TrainingFlag> Table =
    [
        new("--model", "model", "MODEL", "A network of the zoo (`ocs models` lists them), an .ocs or an .onnx file."),
        new("--data", "data", "NAME", "The data set (`ocs data list` lists them)."),
        new(
            "--target", "pruning.target", "FRACTION",
            "Fraction of the MACs, or of another budget, to remove: 0.5 for half."),
        new("--epochs", "training.epochs", "N", "Number of epochs."),
        new("--batch-size", "training.batch-size", "N", "Images per step."),
        new("--learning-rate", "training.learning-rate", "RATE", "Learning rate at the start of the schedule."),
        new("--seed", "seed", "N", "Seed of every random choice."),
        new(ThreadsName, "threads", "N", "Number of threads (default: $OMP_NUM_THREADS, or one per core)."),
        new(
            "--weights", "weights", "FILE",
            "Starts from the weights of a .safetensors, .pth, .pt, .th or .ocs file. "
            + "Weights of a pruned network make it narrower."),
        new(
            TeacherName, "distill.teacher", "FILE",
            "Also learns from a trained network: an .ocs or .onnx file, a run's folder, weights of the model, "
            + "or start for the run's initial weights. With --resume, the teacher's new path."),
        new(
            "--reset-classifier", "reset-classifier", null,
            "Starts with random weights in the last layer, for other classes than the file's "
            + "(--weights, or an .onnx or .ocs file as model)."),
        new(
            "--outputs", "outputs", "NAME[,NAME]",
            "Of an .onnx file: the values to train; the nodes after them are put back at the end."),
        new(
            "--precision", "training.precision", "NAME",
            "Precision of training steps: fp32 (default), bf16, fp16 (CUDA only), or auto for bf16 if it is faster."),
    ];

    private const string ThreadsName = "--threads";
    private const string TeacherName = "--teacher";

    private readonly ImmutableArray<(TrainingFlag Flag, Option Option)> _options =
        [.. Table.Select(flag => (flag, OptionOf(flag)))];

    /// <summary>The options, in the order of the help.</summary>
    public IEnumerable<Option> All => _options.Select(pair => pair.Option);

    /// <summary>The keys that a command line sets by these options.</summary>
    public ImmutableArray<Assignment> Of(ParseResult parsed) =>
    [
        .. _options
            .Select(pair => (pair.Flag, Value: ValueOf(pair.Option, parsed)))
            .Where(pair => pair.Value is not null)
            .Select(pair => new Assignment(pair.Flag.Key, new ScalarSetting(pair.Value, pair.Flag.Given(pair.Value!)))),
    ];

    /// <summary>Whether the option of this name was given.</summary>
    public bool IsGiven(string name, ParseResult parsed) => ValueOf(OptionOf(name), parsed) is not null;

    /// <summary>The options that can be changed when a run is resumed.</summary>
    public IEnumerable<Option> OfResume => [OptionOf(ThreadsName), OptionOf(TeacherName)];

    /// <summary>The number of threads; null if it was not given.</summary>
    public int? ThreadsOf(ParseResult parsed) => ValueOf(OptionOf(ThreadsName), parsed) is not { } text
        ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var threads)
            ? threads
            : throw new OcsInputException($"{ThreadsName} must be a whole number such as 2, but is '{text}'.");

    /// <summary>The path of the teacher; null if it was not given.</summary>
    public string? TeacherOf(ParseResult parsed) => ValueOf(OptionOf(TeacherName), parsed);

    private Option OptionOf(string name) => _options.First(pair => pair.Flag.Name == name).Option;

    private static string? ValueOf(Option option, ParseResult parsed) => option switch
    {
        Option<bool> flag => parsed.GetValue(flag) ? "true" : null,
        Option<string?> value => parsed.GetValue(value),
        _ => null,
    };

    private static Option OptionOf(TrainingFlag flag) => flag.HelpName is null
        ? new Option<bool>(flag.Name) { Description = flag.Description }
        : new Option<string?>(flag.Name)
        {
            Description = flag.Description,
            HelpName = flag.HelpName,
            CompletionSources = { Values.OfKey(flag.Key) },
        };

    // No help name: the option takes no value.
    private sealed record TrainingFlag(string Name, string Key, string? HelpName, string Description)
    {
        // The option as written on the command line, for errors.
        public string Given(string value) => HelpName is null ? Name : $"{Name} {value}";
    }
}
