using System.CommandLine;
using Ocs.Cli.Completing;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.Formats;
using Ocs.Formats.Onnx.Quantization;
using Ocs.Graphs;
using Ocs.RunLog;

namespace Ocs.Cli.Commands;

/// <summary>`ocs export`: writes a network for other programs.</summary>
internal static class ExportCommand
{
    public static Command Create(CommandConsole console)
    {
        var model = CommonOptions.Model();
        var weights = CommonOptions.Weights();
        var onnx = new Option<string?>("--onnx")
        {
            Description = "Writes network and weights as ONNX.",
            HelpName = "FILE",
            CompletionSources = { PathValues.Files(".onnx") },
        };
        var opset = CommonOptions.Opset();
        var fold = new Option<bool>("--fold-batch-norm")
        {
            Description = "ONNX: folds batch norms into the layers before them.",
        };
        var external = new Option<bool>("--external-data")
        {
            Description = "ONNX: writes the weights into FILE.data, as always above 2 GB.",
        };
        var float16 = new Option<bool>("--float16")
        {
            Description = "ONNX: 16-bit floats, which halve the file.",
        };
        var float32 = new Option<bool>("--float32")
        {
            Description = "ONNX: 32-bit floats, also if the model's own file has 16 bits.",
        };
        var int8 = new Option<bool>("--int8")
        {
            Description = "ONNX: int8 layers, as `ocs quantize` writes them.",
        };
        var quantization = new QuantizationChoices();
        var detections = new Option<string?>("--detections")
        {
            Description = "ONNX of a detector: its outputs: decoded boxes (default), nms for selected boxes too, or "
                + "raw offsets.",
            HelpName = string.Join('|', Choices.Names<OnnxDetections>()),
            CompletionSources = { Values.Of<OnnxDetections>() },
        };
        var safetensors = new Option<string?>("--safetensors")
        {
            Description = "Writes the weights as safetensors.",
            HelpName = "FILE",
            CompletionSources = { PathValues.Files(".safetensors") },
        };
        var pytorch = new Option<string?>("--pytorch")
        {
            Description = "Writes the weights as a .pth file for torch.load.",
            HelpName = "FILE",
            CompletionSources = { PathValues.Files(".pth", ".pt", ".th") },
        };
        var classes = CommonOptions.Classes();
        var channels = CommonOptions.InputChannels();
        var size = CommonOptions.InputSize();
        var threads = CommonOptions.Threads();
        var command = new Command("export", "Writes a network for other programs.")
        {
            model, weights, onnx, opset, fold, external, float16, float32, int8, detections, safetensors, pytorch,
            classes, channels, size, threads,
        };
        foreach (var option in quantization.All)
        {
            command.Add(option);
        }

        command.SetAction(parsed =>
        {
            using var computing = ThreadCount.Use(parsed.GetValue(threads));
            var request = new ModelRequest(
                parsed.GetRequiredValue(model),
                parsed.GetValue(weights),
                parsed.GetValue(classes),
                parsed.GetValue(channels),
                parsed.GetValue(size));
            var written = OptionsOf(
                parsed.GetValue(onnx), parsed.GetValue(opset), parsed.GetValue(fold), parsed.GetValue(external),
                FloatsOf(parsed.GetValue(float16), parsed.GetValue(float32)), parsed.GetValue(int8),
                parsed.GetValue(detections));
            if (!parsed.GetValue(int8) && quantization.Given(parsed) is { } stray)
            {
                throw new OcsInputException($"{stray} says how --int8 is calibrated; give that, too, or leave it out.");
            }

            return Run(
                request,
                parsed.GetValue(onnx),
                written,
                parsed.GetValue(int8) ? (quantization.Options(parsed), quantization.Samples(parsed, request)) : null,
                parsed.GetValue(safetensors),
                parsed.GetValue(pytorch),
                console);
        });
        return command;
    }

    private static OnnxFloats? FloatsOf(bool float16, bool float32) => (float16, float32) switch
    {
        (true, true) => throw new OcsInputException("--float16 and --float32 are two kinds of floats; give one."),
        (true, _) => OnnxFloats.Float16,
        (_, true) => OnnxFloats.Float32,
        _ => null,
    };

    private static OnnxOptions OptionsOf(
        string? onnx, int? opset, bool fold, bool external, OnnxFloats? floats, bool int8, string? detections)
    {
        var isTold = opset is not null || fold || external || floats is not null || int8 || detections is not null;
        if (onnx is null && isTold)
        {
            throw new OcsInputException(
                "--opset, --fold-batch-norm, --external-data, --float16, --float32, --int8 and --detections say how "
                + "--onnx FILE is written; give that, too.");
        }

        if (int8 && (floats is not null || external))
        {
            var other = floats is null ? "--external-data" : $"--{floats.ToString()!.ToLowerInvariant()}";
            throw new OcsInputException($"--int8 writes one file of int8 weights; leave {other} out.");
        }

        var options = new OnnxOptions
        {
            Opset = opset,
            FoldBatchNorm = fold,
            ExternalData = external,
            Floats = floats,
            Detections = detections is null ? default : Choices.Named<OnnxDetections>("--detections", detections),
        };
        options.Validate();
        return options;
    }

    private static int Run(
        ModelRequest request, string? onnx, OnnxOptions options,
        (QuantizationOptions How, CalibrationSamples Samples)? int8, string? safetensors, string? pytorch,
        CommandConsole console)
    {
        string[] files = [.. new[] { onnx, safetensors, pytorch }.OfType<string>()];
        if (files.Length == 0)
        {
            throw new OcsInputException(
                "`ocs export` needs to know what to write; give --onnx FILE, --safetensors FILE or --pytorch FILE.");
        }

        ModelFiles.CheckEnding("--onnx", onnx, ".onnx");
        ModelFiles.CheckEnding("--safetensors", safetensors, ".safetensors");
        ModelFiles.CheckEnding("--pytorch", pytorch, ".pth", ".pt", ".th");
        Array.ForEach(files, ModelFiles.CheckWritable);
        using var model = ModelSource.Open(request, console, int8?.Samples.Images);
        OnnxSummary? check = null;
        Int8Summary? summary = null;
        if (onnx is not null && int8 is var (how, samples))
        {
            summary = Int8File.Write(onnx, model.Graph, model.Parameters, options, how, samples, console);
        }
        else if (onnx is not null)
        {
            check = KeptCheck.Write(onnx, model.Graph, model.Parameters, options, console);
        }

        if (safetensors is not null)
        {
            NetworkFile.WriteSafetensors(safetensors, model.Graph, model.Parameters);
        }

        if (pytorch is not null)
        {
            PyTorchFile.Write(pytorch, model.Parameters);
        }

        if (console.Json)
        {
            console.WriteJson(new(request.Model, files, check, summary), CliJson.Readable.ExportOutput);
        }
        else
        {
            console.WriteLine($"Written: {string.Join(", ", files)}.");
        }

        if (summary is not null)
        {
            console.Text.WriteLine(summary.Sentence(onnx!));
        }

        return Show(onnx, model.Graph, check, console);
    }

    private static int Show(string? path, Graph graph, OnnxSummary? check, CommandConsole console)
    {
        if (path is null || check is null)
        {
            return ExitCode.Fine;
        }

        (check.Equal == true ? console.Text : console.Error).WriteLine(KeptCheck.Sentence(path, graph, check));
        return check.Equal == false ? ExitCode.Failure : ExitCode.Fine;
    }
}

/// <summary>
/// `ocs export --json`. <paramref name="Onnx"/> is the check of a written ONNX file, <paramref name="Int8"/> the result
/// of a written int8 file.
/// </summary>
internal sealed record ExportOutput(string Model, IReadOnlyList<string> Files, OnnxSummary? Onnx, Int8Summary? Int8);
