using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Ocs.Training.Metrics;

namespace Ocs.Training.Telemetry;

/// <summary>
/// The telemetry of a run: log, measurements and activities. Without listeners each call costs one or two comparisons.
/// </summary>
/// <param name="model">The network's name.</param>
/// <param name="logger">The application's log; null for none.</param>
/// <param name="isFirst">Whether this is the process that reports for the run.</param>
internal sealed class RunTelemetry(string model, ILogger? logger, bool isFirst)
{
    private TagList _tags = new() { { "ocs.model", model } };
    private string? _run;

    /// <summary>The application's log.</summary>
    public ILogger Log { get; } = isFirst && logger is not null ? logger : NullLogger.Instance;

    /// <summary>The network's name.</summary>
    public string Model => model;

    /// <summary>The run's folder, as it was given; null without one.</summary>
    public string? Run
    {
        get => _run;
        set
        {
            _run = value;
            _tags = new() { { "ocs.model", model } };
            if (value is not null)
            {
                _tags.Add("ocs.run", value);
            }
        }
    }

    /// <summary>Begins an activity; null without listeners.</summary>
    public Activity? Begin(string name, int? epoch = null)
    {
        if (!isFirst || Instruments.Activities.StartActivity(name) is not { } activity)
        {
            return null;
        }

        foreach (var (key, value) in _tags)
        {
            activity.SetTag(key, value);
        }

        return epoch is null ? activity : activity.SetTag("ocs.epoch", epoch);
    }

    /// <summary>Measures a step.</summary>
    /// <param name="progress">The run after it.</param>
    /// <param name="samples">Samples of the step.</param>
    public void StepDone(in TrainingProgress progress, int samples)
    {
        if (!isFirst)
        {
            return;
        }

        if (Instruments.Samples.Enabled)
        {
            Instruments.Samples.Add(samples, _tags);
        }

        if (Instruments.Loss.Enabled)
        {
            Instruments.Loss.Record(progress.Loss, _tags);
        }

        if (Instruments.Speed.Enabled)
        {
            Instruments.Speed.Record(progress.SamplesPerSecond, _tags);
        }

        if (Instruments.LearningRate.Enabled)
        {
            Instruments.LearningRate.Record(progress.LearningRate, _tags);
        }

        if (Instruments.Macs.Enabled)
        {
            Instruments.Macs.Record(progress.Macs, _tags);
        }

        if (Instruments.Similarity.Enabled && progress.J is { } similarity)
        {
            Instruments.Similarity.Record(similarity, _tags);
        }

        if (Instruments.AverageSimilarity.Enabled && progress.AverageJ is { } average)
        {
            Instruments.AverageSimilarity.Record(average, _tags);
        }

        if (Instruments.Lambda.Enabled && progress.Lambda is { } lambda)
        {
            Instruments.Lambda.Record(lambda, _tags);
        }
    }

    /// <summary>Measures an evaluation.</summary>
    public void Evaluated(EvaluationResult result)
    {
        if (!isFirst)
        {
            return;
        }

        Instruments.EvaluationLoss.Record(result.Loss, _tags);
        if (Instruments.EvaluationMetric.Enabled)
        {
            foreach (var metric in result.Metrics)
            {
                var tags = _tags;
                tags.Add("ocs.metric", metric.Name);
                Instruments.EvaluationMetric.Record(metric.Value, tags);
            }
        }
    }
}
