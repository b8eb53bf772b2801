using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Training.Optimizers;

namespace Ocs.Training.Checkpoints;

/// <summary>
/// The complete state of a run between two steps. A run resumed from it continues as if it had never stopped.
/// </summary>
/// <param name="State">Everything that is neither a network nor a tensor.</param>
/// <param name="Original">The network that the run began with.</param>
/// <param name="Cut">The cut network, without padding; null before the cut.</param>
/// <param name="Parameters">The parameters as steps change them, with padding if there is any.</param>
/// <param name="Optimizer">The state of the optimiser.</param>
internal sealed record Checkpoint(
    TrainerState State, Graph Original, Graph? Cut, IReadOnlyDictionary<string, Tensor> Parameters,
    OptimizerState Optimizer)
{
    private const int Version = 2;
    private const string ParameterPrefix = "parameter";
    private const string AveragePrefix = "average";
    private const string CounterPrefix = "counter";
    private const string StatisticsPrefix = "statistics";

    /// <summary>
    /// The running statistics of the processes behind the first, by rank: one tensor of numbers each.
    /// </summary>
    public IReadOnlyDictionary<int, Tensor> Statistics { get; init; } = new Dictionary<int, Tensor>();

    /// <summary>The moving average of <see cref="Parameters"/>; empty if there is none.</summary>
    public IReadOnlyDictionary<string, Tensor> Average { get; init; } = ImmutableDictionary<string, Tensor>.Empty;

    /// <summary>
    /// The network before its first cut, if the run began with a network cut by another run; else null.
    /// </summary>
    public Graph? Whole { get; init; }

    /// <summary>Its source in error messages.</summary>
    public string Source { get; init; } = "The checkpoint";

    /// <summary>Writes the checkpoint of a run, with its folder's state.</summary>
    public void Write(Stream stream, RunState run)
    {
        var state = JsonSerializer.SerializeToUtf8Bytes(
            new(Version, State, run), CheckpointJson.Default.CheckpointState);
        CheckpointFile.Write(stream, new([.. state], Original, Cut, Named(ParameterPrefix, Parameters)
            .Concat(Optimizer.Moments.SelectMany(moment => Named(moment.Key, moment.Value)))
            .Concat(Named(CounterPrefix, Optimizer.Counters))
            .Concat(Named(AveragePrefix, Average))
            .Concat(Statistics.Select(pair => KeyValuePair.Create($"{StatisticsPrefix}/{pair.Key}", pair.Value)))
            .ToDictionary(StringComparer.Ordinal))
        {
            Whole = Whole,
        });
    }

    /// <summary>Reads a checkpoint; the caller owns its tensors.</summary>
    /// <exception cref="OcsInputException">The file is damaged, or another program's.</exception>
    public static (Checkpoint Checkpoint, RunState Run) Read(string path)
    {
        var content = CheckpointFile.Read(path);
        try
        {
            var (_, trainer, run) = Parse(path, content.State);
            if (content.Tensors.Keys.Any(name => !name.Contains('/', StringComparison.Ordinal)))
            {
                throw Foreign(path);
            }

            // Names without another prefix belong to the optimiser.
            var parts = ByPrefix(content.Tensors);
            var (parameters, average, counters, saved) =
                (Take(ParameterPrefix), Take(AveragePrefix), Take(CounterPrefix), Take(StatisticsPrefix));
            var statistics = trainer.Others.Select((_, index) => index + 1).Where(rank => saved.ContainsKey($"{rank}"))
                .ToDictionary(rank => rank, rank => saved[$"{rank}"]);
            return saved.Count == statistics.Count
                && (statistics.Count == 0 || statistics.Count == trainer.Others.Length)
                && parts.Values.All(moment => moment.Keys.All(parameters.ContainsKey))
                ? (new(trainer, content.Original, content.Cut, parameters, new()
                {
                    Moments = parts.ToDictionary(
                        moment => moment.Key, IReadOnlyDictionary<string, Tensor> (moment) => moment.Value),
                    Counters = counters,
                })
                {
                    Average = average,
                    Statistics = statistics,
                    Whole = content.Whole,
                    Source = path,
                }, run)
                : throw Foreign(path);

            Dictionary<string, Tensor> Take(string prefix) => parts.Remove(prefix, out var part) ? part : [];
        }
        catch
        {
            foreach (var tensor in content.Tensors.Values)
            {
                tensor.Dispose();
            }

            throw;
        }
    }

    /// <summary>Releases the tensors of a checkpoint that is not used.</summary>
    public void Release()
    {
        foreach (var tensor in Parameters.Values.Concat(Optimizer.Tensors).Concat(Average.Values))
        {
            tensor.Dispose();
        }

        ReleaseStatistics();
    }

    /// <summary>Releases the running statistics of other processes, once they are copied.</summary>
    internal void ReleaseStatistics()
    {
        foreach (var tensor in Statistics.Values)
        {
            tensor.Dispose();
        }
    }

    private static CheckpointState Parse(string path, ImmutableArray<byte> json)
    {
        try
        {
            var state = JsonSerializer.Deserialize(json.AsSpan(), CheckpointJson.Default.CheckpointState);
            return state?.Version == Version
                ? state
                : throw new OcsInputException($"{path} has version {state?.Version} of checkpoints, "
                    + $"but this program reads version {Version}: resume with the program that began the run.");
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or ArgumentException)
        {
            throw new OcsInputException($"{path} holds no state of a run "
                + $"({error.Message.Split('\n')[0].TrimEnd('.')}): resume with the program that began the run.", error);
        }
    }

    private static OcsInputException Foreign(string path) =>
        new($"{path} holds tensors that no run has: resume with the program that began the run.");

    private static Dictionary<string, Dictionary<string, Tensor>> ByPrefix(
        IReadOnlyDictionary<string, Tensor> tensors) => tensors
        .Select(pair => (Name: pair.Key.Split('/', 2), pair.Value))
        .GroupBy(tensor => tensor.Name[0], StringComparer.Ordinal)
        .ToDictionary(
            part => part.Key,
            part => part.ToDictionary(tensor => tensor.Name[1], tensor => tensor.Value, StringComparer.Ordinal),
            StringComparer.Ordinal);

    private static IEnumerable<KeyValuePair<string, Tensor>> Named(
        string prefix, IReadOnlyDictionary<string, Tensor> tensors) =>
        tensors.Select(pair => KeyValuePair.Create($"{prefix}/{pair.Key}", pair.Value));
}

/// <summary>The JSON part of a checkpoint.</summary>
internal sealed record CheckpointState(int Version, TrainerState Trainer, RunState Run);

/// <summary>Reads and writes it without reflection. Missing and unknown fields are errors.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    IgnoreReadOnlyProperties = true,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CheckpointState))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
