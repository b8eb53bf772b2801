using System.Collections.Immutable;
using System.Globalization;
using Ocs.Cli.Configuration;
using Ocs.Data;

namespace Ocs.Cli.Starting;

/// <summary>The values of a new configuration, by kind of network and data.</summary>
internal static class StartingValues
{
    /// <summary>The key of the batch size.</summary>
    public const string BatchKey = "training.batch-size";

    private const int LeastSteps = 4;
    private const int SmallSide = 64;
    private const int Photograph = 224;

    /// <summary>Keys with values in YAML.</summary>
    public static ImmutableArray<(string Key, string Value)> Of(StartingNetwork network, FoundData data, TaskKind task)
    {
        var side = network.Side ?? Photograph;
        var recipe = Recipe.Of(network, task, side);
        return
        [
            ("model", YamlWriter.Text(network.Name)),
            ("data", data.Name),
            ("seed", "0"),
            ("training.epochs", Whole(recipe.Epochs)),
            (BatchKey, Whole(recipe.Batch)),
            ("training.optimizer", recipe.Optimizer),
            ("training.learning-rate", Number(recipe.Rate)),
            ("training.schedule", "cosine"),
            ("training.warmup-epochs", Whole(recipe.WarmUp)),
            ("training.weight-decay", Number(recipe.Decay)),
            .. network.IsTransformer ? Norms : [],
            .. recipe.Clip is { } clip ? [("training.clip-gradient-norm", Number(clip))] : Nothing,
            .. task is TaskKind.Detection or TaskKind.Segmentation
                ? [("training.evaluation-batch-size", Whole(recipe.Batch))]
                : Nothing,
            ("pruning.target", "0.5"),
            .. Sizes(network, data, task),
            .. data.Settings.Select(setting => (setting.Key, YamlWriter.Text(setting.Value))),
        ];
    }

    /// <summary>A batch size that gives some steps per epoch even with few samples.</summary>
    public static string Batch(int usual, int samples) => Whole(Math.Clamp(samples / LeastSteps, 1, usual));

    private static ImmutableArray<(string Key, string Value)> Nothing => [];

    private static ImmutableArray<(string Key, string Value)> Norms => [("training.decay-norms-and-biases", "false")];

    private static ImmutableArray<(string Key, string Value)> Sizes(
        StartingNetwork network, FoundData data, TaskKind task)
    {
        var masks = network is { IsTrained: true, Side: { } side } ? Whole(side) : "256";
        return (task, data.Name) switch
        {
            (TaskKind.Classification, ImageFolder.DataName) => [("images.size", Whole(network.Side ?? Photograph))],
            (TaskKind.Segmentation, _) => [("masks.height", masks), ("masks.width", masks)],
            (TaskKind.Detection, _) => [("boxes.size", Whole(network.Side ?? 300))],
            (TaskKind.Text, _) => [("text.length", Whole(network.Length > 0 ? network.Length : 64))],
            _ => [],
        };
    }

    private static string Whole(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Number(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    // Small networks and images train with larger batches; attention trains with AdamW, warm-up and gradient clipping.
    private sealed record Recipe(
        int Epochs, int Batch, string Optimizer, double Rate, int WarmUp, double Decay, double? Clip)
    {
        private const double Fine = 10;

        public static Recipe Of(StartingNetwork network, TaskKind task, int side)
        {
            var recipe = (task, network.IsTransformer) switch
            {
                (TaskKind.Detection, _) => new Recipe(30, 16, "sgd", 0.01, 1, 5e-4, 10),
                (TaskKind.Segmentation, _) => new(60, 8, "adamw", 0.001, 1, 0.01, null),
                (TaskKind.Text, _) => new(20, 32, "adamw", 0.001, 1, 0.1, 1),
                (_, true) => new(100, side <= SmallSide ? 128 : 64, "adamw", 0.001, 5, 0.05, 1),
                _ when side <= SmallSide => new(60, 128, "sgd", 0.1, 2, 5e-4, null),
                _ => new(60, 64, "sgd", 0.05, 2, 1e-4, null),
            };
            return network.IsTrained
                ? recipe with { Epochs = Math.Min(recipe.Epochs, 30), Rate = recipe.Rate / Fine }
                : recipe;
        }
    }
}
