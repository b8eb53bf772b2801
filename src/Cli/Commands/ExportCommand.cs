using System.CommandLine;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.RunLog;

namespace Ocs.Cli.Commands;

/// <summary>`ocs export`: a network for other programs.</summary>
internal static class ExportCommand
{
    public static Command Create(CommandConsole console)
    {
        var model = CommonOptions.Model();
        var weights = CommonOptions.Weights();
        var onnx =
            new Option<string?>("--onnx") { Description = "Writes network and weights as ONNX.", HelpName = "FILE" };
        var opset = new Option<int?>("--opset")
        {
            Description = "ONNX's operator set, 13 to 21 (default: the ONNX file's own, else 17).",
            HelpName = "N",
        };
        var fold = new Option<bool>("--fold-batch-norm")
        {
            Description = "ONNX: folds batch norms into the layers before them.",
        };
        var external = new Option<bool>("--external-data")
        {
            Description = "ONNX: writes the weights into FILE.data, as always above 2 GB.",
        };
        var detections = new Option<string?>("--detections")
        {
            Description = "ONNX of a detector: what it gives: decoded boxes (default), nms for those that stay too, or "
                + "raw offsets.",
            HelpName = string.Join('|', Choices.Names<OnnxDetections>()),
        };
        var safetensors = new Option<string?>("--safetensors")
        {
            Description = "Writes the weights as safetensors.",
            HelpName = "FILE",
        };
        var pytorch = new Option<string?>("--pytorch")
        {
            Description = "Writes the weights as a .pth file for torch.load.",
            HelpName = "FILE",
        };
        var classes = CommonOptions.Classes();
        var channels = CommonOptions.InputChannels();
        var size = CommonOptions.InputSize();
        var threads = CommonOptions.Threads();
        var command = new Command("export", "Writes a network for other programs.")
        {
            model, weights, onnx, opset, fold, external, detections, safetensors, pytorch, classes, channels, size,
            threads,
        };
        command.SetAction(parsed =>
        {
            using var computing = ThreadCount.Use(parsed.GetValue(threads));
            return Run(
                new(
                    parsed.GetRequiredValue(model),
                    parsed.GetValue(weights),
                    parsed.GetValue(classes),
                    parsed.GetValue(channels),
                    parsed.GetValue(size)),
                parsed.GetValue(onnx),
                OptionsOf(
                    parsed.GetValue(onnx), parsed.GetValue(opset), parsed.GetValue(fold), parsed.GetValue(external),
                    parsed.GetValue(detections)),
                parsed.GetValue(safetensors),
                parsed.GetValue(pytorch),
                console);
        });
        return command;
    }

    private static OnnxOptions OptionsOf(string? onnx, int? opset, bool fold, bool external, string? detections)
    {
        if (onnx is null && (opset is not null || fold || external || detections is not null))
        {
            throw new OcsInputException(
                "--opset, --fold-batch-norm, --external-data and --detections say how --onnx FILE is written; "
                + "give that, too.");
        }

        var options = new OnnxOptions
        {
            Opset = opset,
            FoldBatchNorm = fold,
            ExternalData = external,
            Detections = detections is null ? default : Choices.Named<OnnxDetections>("--detections", detections),
        };
        options.Validate();
        return options;
    }

    private static int Run(
        ModelRequest request, string? onnx, OnnxOptions options, string? safetensors, string? pytorch,
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
        using var model = ModelSource.Open(request, console);
        OnnxSummary? check = null;
        if (onnx is not null)
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
            console.WriteJson(new(request.Model, files, check), CliJson.Readable.ExportOutput);
        }
        else
        {
            console.WriteLine($"Written: {string.Join(", ", files)}.");
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
/// `ocs export --json`; <paramref name="Onnx"/> is the check of the ONNX file, where one was written.
/// </summary>
internal sealed record ExportOutput(string Model, IReadOnlyList<string> Files, OnnxSummary? Onnx);
