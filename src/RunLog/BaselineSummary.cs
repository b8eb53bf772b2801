using System.Text.Json.Serialization;

namespace Ocs.RunLog;

/// <summary>The unpruned twin: the same network, data, schedule and seed without pruning.</summary>
public sealed record BaselineSummary
{
    /// <summary>Accuracy of the unpruned network.</summary>
    public double? ValAccuracy { get; init; }

    /// <summary>Top-5 accuracy; null for ten classes or fewer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ValTop5Accuracy { get; init; }

    /// <summary>The headline metric of a task without accuracies; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ValHeadline { get; init; }

    /// <summary>Multiply-accumulates of one sample.</summary>
    public required long Macs { get; init; }

    /// <summary>Parameters of the network.</summary>
    public required long Parameters { get; init; }

    /// <summary>Wall-clock time of the run.</summary>
    public double TotalSeconds { get; init; }

    /// <summary>The values for comparison from the summary of an unpruned run.</summary>
    internal static BaselineSummary Of(RunSummary unpruned)
    {
        ArgumentNullException.ThrowIfNull(unpruned);
        return new()
        {
            ValAccuracy = unpruned.ValAccuracy,
            ValTop5Accuracy = unpruned.ValTop5Accuracy,
            ValHeadline = unpruned.Headline?.Value,
            Macs = unpruned.MacsBefore,
            Parameters = unpruned.ParametersBefore,
            TotalSeconds = unpruned.TotalSeconds,
        };
    }
}
