using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Training.Checkpoints;

/// <summary>A run as it stands between two steps: enough to go on from as if it had never stopped.</summary>
/// <param name="State">What is neither a network nor a tensor.</param>
/// <param name="Original">The network that the run began with.</param>
/// <param name="Cut">The cut network, without padding; null before the cut.</param>
/// <param name="Parameters">What steps change, with padding where there is any.</param>
/// <param name="Momentum">The optimiser's.</param>
public sealed record Checkpoint(
    TrainerState State, Graph Original, Graph? Cut, IReadOnlyDictionary<string, Tensor> Parameters,
    IReadOnlyDictionary<string, Tensor> Momentum)
{
    private const int Version = 1;
    private const string ParameterPrefix = "parameter/";
    private const string MomentumPrefix = "momentum/";
    private const string StatisticsPrefix = "statistics/";

    /// <summary>The running statistics of the processes behind the first, by rank: one tensor of numbers each.</summary>
    public IReadOnlyDictionary<int, Tensor> Statistics { get; init; } = new Dictionary<int, Tensor>();

    /// <summary>Writes the checkpoint of a run, with its folder's state.</summary>
    public void Write(Stream stream, RunState run)
    {
        var state = JsonSerializer.SerializeToUtf8Bytes(new(Version, State, run), CheckpointJson.Default.CheckpointState);
        CheckpointFile.Write(stream, new([.. state], Original, Cut, Named(ParameterPrefix, Parameters).Concat(Named(MomentumPrefix, Momentum))
            .Concat(Statistics.Select(pair => KeyValuePair.Create($"{StatisticsPrefix}{pair.Key}", pair.Value))).ToDictionary(StringComparer.Ordinal)));
    }

    /// <summary>Reads a checkpoint; the caller owns its tensors.</summary>
    /// <exception cref="OcsInputException">The file is damaged, or another program's.</exception>
    public static (Checkpoint Checkpoint, RunState Run) Read(string path)
    {
        var content = CheckpointFile.Read(path);
        try
        {
            var (_, trainer, run) = Parse(path, content.State);
            var parameters = WithPrefix(ParameterPrefix, content.Tensors);
            var momentum = WithPrefix(MomentumPrefix, content.Tensors);
            var statistics = trainer.Others.Select((_, index) => index + 1).Where(rank => content.Tensors.ContainsKey($"{StatisticsPrefix}{rank}"))
                .ToDictionary(rank => rank, rank => content.Tensors[$"{StatisticsPrefix}{rank}"]);
            return parameters.Count + momentum.Count + statistics.Count == content.Tensors.Count && (statistics.Count == 0 || statistics.Count == trainer.Others.Length)
                ? (new(trainer, content.Original, content.Cut, parameters, momentum) { Statistics = statistics }, run)
                : throw new OcsInputException($"{path} holds tensors that no run has: go on with the program that began the run.");
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

    /// <summary>Releases the tensors of a checkpoint that was read and is not gone on from.</summary>
    public void Release()
    {
        foreach (var tensor in Parameters.Values.Concat(Momentum.Values))
        {
            tensor.Dispose();
        }

        ReleaseStatistics();
    }

    /// <summary>Releases the running statistics of other processes, once they are taken over.</summary>
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
                : throw new OcsInputException($"{path} has version {state?.Version} of checkpoints, but this program reads version {Version}: "
                    + "go on with the program that began the run.");
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or ArgumentException)
        {
            throw new OcsInputException($"{path} holds no state of a run ({error.Message.Split('\n')[0].TrimEnd('.')}): "
                + "go on with the program that began the run.", error);
        }
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Named(string prefix, IReadOnlyDictionary<string, Tensor> tensors) =>
        tensors.Select(pair => KeyValuePair.Create(prefix + pair.Key, pair.Value));

    private static Dictionary<string, Tensor> WithPrefix(string prefix, IReadOnlyDictionary<string, Tensor> tensors) => tensors
        .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(pair => pair.Key[prefix.Length..], pair => pair.Value, StringComparer.Ordinal);
}

/// <summary>The JSON part of a checkpoint.</summary>
internal sealed record CheckpointState(int Version, TrainerState Trainer, RunState Run);

/// <summary>Reads and writes it without reflection; what is missing or unknown is an error.</summary>
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
