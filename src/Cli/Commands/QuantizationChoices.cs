using System.CommandLine;
using Ocs.Cli.Completing;
using Ocs.Cli.Configuration;
using Ocs.Cli.Runs;
using Ocs.Data;
using Ocs.Formats.Onnx.Quantization;

namespace Ocs.Cli.Commands;

/// <summary>The options of commands that write int8 files: the method and the calibration samples.</summary>
internal sealed class QuantizationChoices
{
    private const int UsualLimit = 512;

    private readonly Option<string?> _calibration = new("--calibration")
    {
        Description = "int8: the range of an activation: min-max (default), percentile, which drops the outermost "
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
        Description = "int8: the data set whose training images calibrate it "
            + "(default: that of the network's run).",
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

    /// <summary>The name of an option that was given; null if none was.</summary>
    public string? Given(ParseResult parsed) =>
        All.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false })?.Name;

    /// <summary>The options of the quantization.</summary>
    public QuantizationOptions Options(ParseResult parsed) => new()
    {
        Calibration = parsed.GetValue(_calibration) is { } name
            ? Choices.Named<CalibrationMethod>(_calibration.Name, name)
            : default,
        Exclude = [.. parsed.GetValue(_exclude) ?? []],
    };

    /// <summary>The calibration samples: those of a data set, or of the run whose folder has the network.</summary>
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
            $"{request.Model} is not in a run's folder, so state the data set: --data NAME "
            + "(`ocs data list` lists the data sets).");
        using var data = TrainingDataSource.Open(ExperimentOptions.Load(config, []) with { DataLimit = limit }, root);
        return new(data.Train, limit);
    }
}
