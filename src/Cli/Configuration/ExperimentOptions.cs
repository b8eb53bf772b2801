using System.Collections.Immutable;
using Ocs.Cli.Runs;
using Ocs.Data;
using Ocs.Pruning;
using Ocs.Training;
using Ocs.Zoo;

namespace Ocs.Cli.Configuration;

/// <summary>A run's options: those of its YAML file over the defaults.</summary>
internal sealed record ExperimentOptions
{
    private const string CommandLine = "The command line";

    /// <summary>A network of the zoo, or an .ocs or .onnx file, with whose weights the run then starts.</summary>
    public string Model { get; init; } = "";

    /// <summary>The file of initial weights; null for random ones, or those of the model's file.</summary>
    public string? Weights { get; init; }

    /// <summary>Whether the classifier starts with random weights, for other classes than the file's.</summary>
    public bool ResetClassifier { get; init; }

    /// <summary>
    /// Whether a network from an .onnx file with folded batch norms gets a batch norm after every convolution. Its
    /// outputs stay the same, and it can be trained.
    /// </summary>
    public bool RestoreNorms { get; init; } = true;

    /// <summary>
    /// The values of an .onnx file to train, by name, separated by commas. The network is the part that computes them.
    /// The rest stays as it is, and is put back into the ONNX file of the run. Null for the file's outputs.
    /// </summary>
    public string? Outputs { get; init; }

    /// <summary>A data set of the catalog, imagefolder, maskfolder, coco, voc, yolo or text.</summary>
    public string Data { get; init; } = "";

    /// <summary>The task; null for the usual task of the data set.</summary>
    public TaskKind? Task { get; init; }

    /// <summary>The preset that gives the defaults of pruning and training.</summary>
    public Preset Preset { get; init; }

    /// <summary>The seed of all random choices of the run.</summary>
    public ulong Seed { get; init; }

    /// <summary>Number of threads; null for OMP_NUM_THREADS, or one per core.</summary>
    public int? Threads { get; init; }

    /// <summary>Number of images of each split, always the same random choice; null takes all.</summary>
    public int? DataLimit { get; init; }

    /// <summary>How images are normalized; by default as in the authors' program with preset official.</summary>
    public NormalizationChoice Normalization { get; init; }

    /// <summary>
    /// Several targets in one run: a small network for each, and the curve of accuracy against cost. They replace
    /// pruning.target and need preset auto. pruning.latest-cut-epoch is that of the smallest target.
    /// </summary>
    public ImmutableArray<double> Targets { get; init; } = [];

    /// <summary>
    /// With targets, the accuracy that a network may lose to be chosen, 0.005 for half a point. The reference is the
    /// unpruned twin in the folder twin, or else the smallest target. For a metric that is not a fraction, such as
    /// perplexity, it is the share of the reference.
    /// </summary>
    public double AllowedLoss { get; init; } = 0.005;

    public TrainingOptions Training { get; init; } = TrainingOptions.Standard;

    /// <summary>Knowledge distillation from a teacher.</summary>
    public DistillChoices Distill { get; init; } = new();

    /// <summary>Augmentation of training images; by default that of the data set.</summary>
    public AugmentationOptions Augmentation { get; init; } = new();

    /// <summary>How the files of an imagefolder are read.</summary>
    public ImageFolderOptions Images { get; init; } = new();

    /// <summary>How a maskfolder is read, and how its pixels are weighted.</summary>
    public MaskChoices Masks { get; init; } = new();

    /// <summary>How images with boxes are found and read: coco, voc, yolo.</summary>
    public BoxChoices Boxes { get; init; } = new();

    /// <summary>Augmentation of training images with boxes; by default SSD's.</summary>
    public DetectionAugmentation BoxAugmentation { get; init; } = DetectionAugmentation.Ssd;

    /// <summary>The text of data: text, and how it is read.</summary>
    public TextChoices Text { get; init; } = new();

    public OneCycleOptions Pruning { get; init; } = OneCycleOptions.Auto;

    /// <summary>The targets that share the run; null for a run with one budget.</summary>
    public BudgetOptions? Budgets => Targets.IsEmpty ? null : new() { Targets = Targets, AllowedLoss = AllowedLoss };

    private bool IsTrained => Weights is not null || ModelSource.IsFile(Model);

    /// <summary>The options of a file that only states a preset and a data set.</summary>
    public static ExperimentOptions DefaultsOf(Preset preset, string data) => new()
    {
        Preset = preset,
        Data = data,
        Normalization = preset.Normalization(),
        Training = preset.Training(),
        Augmentation = TrainingDataSource.Augmentation(data),
        Pruning = preset.Pruning(),
    };

    /// <summary>
    /// Reads a file, or starts from the defaults, applies what the command line sets, and checks the result.
    /// </summary>
    public static ExperimentOptions Load(
        string? path, IEnumerable<string> assignments, params ReadOnlySpan<Assignment> flags) =>
        path is null
            ? Resolve(new(MappingSetting.Empty, CommandLine), CommandLine, assignments, flags)
            : Resolve(YamlReader.ReadFile(path), path, assignments, flags);

    /// <summary>Reads options from a text; <paramref name="source"/> names it in errors.</summary>
    public static ExperimentOptions Read(string text, string source, IEnumerable<string> assignments) =>
        Resolve(YamlReader.Read(text, source), source, assignments, []);

    /// <summary>Every resolved option as YAML that gives the same options again.</summary>
    public string ToYaml() => YamlWriter.Write(this);

    private static ExperimentOptions Resolve(
        MappingSetting settings, string source, IEnumerable<string> assignments, ReadOnlySpan<Assignment> flags)
    {
        foreach (var (key, value) in (Assignment[])[.. assignments.Select(YamlReader.ReadAssignment), .. flags])
        {
            settings = settings.With(key.Split('.'), value);
        }

        // The preset and the data set decide the defaults of other options.
        var head = OptionRecord.Apply(new ExperimentOptions(), Only(settings, nameof(Preset), nameof(Data)));
        var options = OptionRecord.Apply(DefaultsOf(head.Preset, head.Data), settings);
        var training = options is { Preset: Preset.Auto, IsTrained: true }
            ? options.Training.ForTrainedWeights()
            : options.Training;
        options = options with
        {
            Training = training with { Seed = options.Seed, Distillation = options.Distill.Options },
        };
        options.Validate(source);
        options = options with { Task = TrainingDataSource.TaskOf(options.Data) };

        // Options derived from others are stored in the run's files with their values.
        return options with
        {
            Training = options.Training.Resolved(),
            // The epochs of several budgets depend on their number.
            Pruning = options.Targets.IsEmpty ? options.Pruning.For(options.Training.Epochs) : options.Pruning,
        };
    }

    private static MappingSetting Only(MappingSetting settings, params ImmutableArray<string> properties)
    {
        var keys = properties.Select(OptionName.Of).ToHashSet(StringComparer.Ordinal);
        return settings with
        {
            Entries = settings.Entries.RemoveRange(settings.Entries.Keys.Where(key => !keys.Contains(key))),
        };
    }

    private void Validate(string source)
    {
        Require(
            Model.Length > 0,
            $"{source} names no model; add a line such as `model: cifar_resnet56` (`ocs models` lists them).");
        Require(
            Data.Length > 0,
            $"{source} names no data set; add a line such as `data: cifar10` (`ocs data list` lists them).");
        Require(
            Task is null || !TrainingDataSource.Names.Contains(Data) || Task == TrainingDataSource.TaskOf(Data),
            $"{source}: the task is {Choices.NameOf(Task ?? default)}, but {Data} is for "
            + $"{Choices.NameOf(TrainingDataSource.TaskOf(Data))}; change one of them, or leave the task out.");
        Require(
            Training.LabelSmoothing == 0 || TrainingDataSource.TaskOf(Data) == TaskKind.Classification,
            $"{source}: training.label-smoothing is for the task classification; leave it out.");
        Require(Threads is null or > 0, $"{source}: threads must be 1 or more, but is {Threads}.");
        Require(DataLimit is null or > 0, $"{source}: data-limit must be above 0, but is {DataLimit}.");
        Training.Validate();
        Pruning.Validate();
        Budgets?.Validate();
        var problems = Augmentation.Validate();
        Require(problems.Count == 0, $"Augmentation options: {string.Join("; ", problems)}.");
        problems = Images.Validate();
        Require(problems.Count == 0, $"Image options: {string.Join("; ", problems)}.");
        problems = Masks.Options.Validate();
        Require(problems.Count == 0, $"Mask options: {string.Join("; ", problems)}.");
        Require(
            IsTrained || !ResetClassifier,
            $"{source}: reset-classifier ignores the last layer of a file's weights; "
            + "give such a file (weights: FILE, or a .onnx or .ocs file as model), or leave it out.");
        Require(
            Distill.Teacher is not null || Distill == new DistillChoices(),
            $"{source}: distill has options, but no teacher; "
            + "give one (distill.teacher: FILE, or --teacher FILE), or leave it out.");
        Require(
            !Distill.IsStart || (IsTrained && !ResetClassifier),
            $"{source}: the teacher is the run's initial network, but that is not trained; start from a file "
            + "with its last layer (weights: FILE, or a .onnx or .ocs file as model), or name another teacher.");
        if (!ModelSource.IsFile(Model))
        {
            _ = Models.Find(Model);
        }
    }

    private static void Require(bool holds, string sentence)
    {
        if (!holds)
        {
            throw new OcsInputException(sentence);
        }
    }
}
