using System.CommandLine;
using Ocs.Cli.Completing;
using Ocs.Cli.Configuration;
using Ocs.Cli.Runs;
using Ocs.Data;
using Ocs.Formats.Onnx.Quantization;

namespace Ocs.Cli.Commands;

/// <summary>The options of commands that write int8 files: how, and for which samples.</summary>
internal sealed class QuantizationChoices
{
    private const int UsualLimit = 512;

    private readonly Option<string?> _calibration = new("--calibration")
    {
        Description = "int8: the range of an activation: min-max (default), percentile, which leaves out the farthest "
            + "0.01 %, or entropy.",
        HelpName = "METHOD",
        CompletionSources = { Values.Of<CalibrationMethod>() },
    };

    private readonly Option<string[]> _exclude = new("--exclude")
    {
        Description = "int8: keeps nodes of this name float (*, ?). May be repeated.",
        HelpName = "PATTERN",
    };

    private readonly Option<string?> _data = new("--data")
    {
        Description = "int8: the data set whose training images the ranges are from "
            + "(default: what the network's run has).",
        HelpName = "NAME",
        CompletionSources = { Values.DataSets },
    };

    private readonly Option<int?> _limit = new("--data-limit")
    {
        Description = $"int8: number of samples (default: {UsualLimit}).",
        HelpName = "N",
    };

    private readonly Option<string?> _root = CommonOptions.DataRoot();
    private readonly ImageChoices _images = new();

    public IEnumerable<Option> All => [_data, _limit, _root, _calibration, _exclude, .. _images.All];

    /// <summary>An option that was given; null if none was.</summary>
    public string? Given(ParseResult parsed) =>
        All.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false })?.Name;

    /// <summary>How it is quantized.</summary>
    public QuantizationOptions Options(ParseResult parsed) => new()
    {
        Calibration = parsed.GetValue(_calibration) is { } name
            ? Choices.Named<CalibrationMethod>(_calibration.Name, name)
            : default,
        Exclude = [.. parsed.GetValue(_exclude) ?? []],
    };

    /// <summary>The samples: of a data set, or of the run in whose folder the network lies.</summary>
    public CalibrationSamples Samples(ParseResult parsed, ModelRequest request)
    {
        var limit = parsed.GetValue(_limit) ?? UsualLimit;
        if (limit < 1)
        {
            throw new OcsInputException($"--data-limit must be 1 or more, but is {limit}.");
        }

        var root = parsed.GetValue(_root);
        if (parsed.GetValue(_data) is { } name)
        {
            var images = _images.Of(parsed, name, () => ModelSource.ImageSizeOf(request));
            return new(TrainingDataSource.Open(name, DatasetSplit.Train, limit, root, images), limit);
        }

        var config = ModelSource.ConfigBeside(request.Model) ?? throw new OcsInputException(
            $"{request.Model} lies in no run's folder, so say which images are calibrated with: --data NAME "
            + "(`ocs data list` lists the data sets).");
        using var data = TrainingDataSource.Open(ExperimentOptions.Load(config, []) with { DataLimit = limit }, root);
        return new(data.Train, limit);
    }
}
