using System.CommandLine;
using Ocs.Cli.Completing;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.Formats;
using Ocs.Formats.Onnx.Quantization;

namespace Ocs.Cli.Commands;

/// <summary>`ocs quantize`: writes a network as an int8 ONNX file.</summary>
internal static class QuantizeCommand
{
    public static Command Create(CommandConsole console)
    {
        var model = CommonOptions.Model();
        var weights = CommonOptions.Weights();
        var output = new Option<string>("--out")
        {
            Description = "The ONNX file to write.",
            HelpName = "FILE",
            Required = true,
            CompletionSources = { PathValues.Files(".onnx") },
        };
        var opset = CommonOptions.Opset();
        var size = CommonOptions.InputSize();
        var threads = CommonOptions.Threads();
        var choices = new QuantizationChoices();
        var command = new Command(
            "quantize", "Writes a network as an int8 ONNX file, calibrated with images of a data set.")
        {
            model, weights, output, opset, size, threads,
        };
        foreach (var option in choices.All)
        {
            command.Add(option);
        }

        command.SetAction(parsed =>
        {
            using var computing = ThreadCount.Use(parsed.GetValue(threads));
            var request = new ModelRequest(
                parsed.GetRequiredValue(model), parsed.GetValue(weights), InputSize: parsed.GetValue(size));
            var onnx = new OnnxOptions { Opset = parsed.GetValue(opset) };
            onnx.Validate();
            return Run(
                request, parsed.GetRequiredValue(output), onnx, choices.Options(parsed),
                choices.Samples(parsed, request), console);
        });
        return command;
    }

    private static int Run(
        ModelRequest request, string output, OnnxOptions onnx, QuantizationOptions options,
        CalibrationSamples samples, CommandConsole console)
    {
        ModelFiles.CheckEnding("--out", output, ".onnx");
        ModelFiles.CheckWritable(output);
        using var model = ModelSource.Open(request, console, samples.Images);
        FiniteWeights.Require(request.Weights ?? request.Model, model.Parameters);
        var summary = Int8File.Write(output, model.Graph, model.Parameters, onnx, options, samples, console);
        if (console.Json)
        {
            console.WriteJson(new(request.Model, output, summary), CliJson.Readable.QuantizeOutput);
        }
        else
        {
            console.WriteLine(summary.Sentence(output));
            console.WriteLine($"`ocs eval {ShellWord.Of(output)} --data NAME` measures its accuracy.");
        }

        return ExitCode.Fine;
    }
}

/// <summary>`ocs quantize --json`.</summary>
internal sealed record QuantizeOutput(string Model, string File, Int8Summary Int8);
