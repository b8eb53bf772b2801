using System.CommandLine;
using System.Globalization;
using Ocs.Cli.Completing;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.Cli.Runtimes;
using Ocs.Formats;
using Ocs.Torch;

namespace Ocs.Cli.Commands;

/// <summary>`ocs verify`: compares the outputs of two networks.</summary>
internal static class VerifyCommand
{
    private const string Either =
        "A network of the zoo or an .ocs file, run by libtorch, or an .onnx file, run by ONNX Runtime.";

    public static Command Create(CommandConsole console)
    {
        var first = new Argument<string>("A")
        {
            Description = Either,
            HelpName = "A",
            CompletionSources = { Values.Networks },
        };
        var second = new Argument<string?>("B")
        {
            Description = "The network to compare A with "
                + "(default: A under libtorch is compared with A under ONNX Runtime).",
            Arity = ArgumentArity.ZeroOrOne,
            HelpName = "B",
            CompletionSources = { Values.Networks },
        };
        var weights = CommonOptions.Weights();
        var input = new Option<string?>("--input")
        {
            Description = "A .safetensors file with the inputs by their names (default: random numbers).",
            HelpName = "FILE",
            CompletionSources = { PathValues.Files(".safetensors") },
        };
        var tolerance = new Option<double>("--tolerance")
        {
            Description = "Largest difference that counts as rounding, relative to A's largest output; "
                + "0.01 for 16-bit networks.",
            HelpName = "X",
            DefaultValueFactory = _ => OnnxCheck.Tolerance,
        };
        var batch = new Option<int>("--batch")
        {
            Description = "Number of random samples.",
            HelpName = "N",
            DefaultValueFactory = _ => OnnxCheck.Batch,
        };
        var seed = new Option<ulong>("--seed") { Description = "Seed of the random samples.", HelpName = "N" };
        var classes = CommonOptions.Classes();
        var channels = CommonOptions.InputChannels();
        var size = CommonOptions.InputSize();
        var threads = CommonOptions.Threads();
        var command = new Command(
            "verify", "Compares the outputs of two networks; exit code 1 if they differ.")
        {
            first, second, weights, input, tolerance, batch, seed, classes, channels, size, threads,
        };
        command.SetAction(parsed =>
        {
            using var computing = ThreadCount.Use(parsed.GetValue(threads));
            return Run(
                Request(parsed.GetRequiredValue(first)),
                parsed.GetValue(second) is { } other ? Request(other) : null,
                new(
                    parsed.GetValue(input),
                    parsed.GetValue(tolerance),
                    parsed.GetResult(tolerance)?.Implicit != false,
                    parsed.GetValue(batch),
                    parsed.GetValue(seed)),
                console);

            ModelRequest Request(string model) => ModelSource.IsFile(model)
                ? new(model, Weights: null, InputSize: ModelSource.IsOnnx(model) ? parsed.GetValue(size) : null)
                : new(
                    model,
                    parsed.GetValue(weights),
                    parsed.GetValue(classes),
                    parsed.GetValue(channels),
                    parsed.GetValue(size));
        });
        return command;
    }

    private static int Run(ModelRequest first, ModelRequest? second, Samples samples, CommandConsole console)
    {
        if (samples.Tolerance is not >= 0)
        {
            throw new OcsInputException(
                $"--tolerance must be 0 or more, but is {samples.Tolerance.ToString(CultureInfo.InvariantCulture)}.");
        }

        if (samples.Batch < 1)
        {
            throw new OcsInputException($"--batch must be 1 or more, but is {samples.Batch}.");
        }

        if (second is null)
        {
            if (OnnxFile.IsQuantized(first.Model))
            {
                throw new OcsInputException(
                    $"{first.Model} has int8 layers, which only ONNX Runtime runs; give the float file, too, and a "
                    + "--tolerance of 0.1, say.");
            }

            using var network = new TorchNetwork(first.Model, ModelSource.Open(first, console));
            RequireSameOutputs(network);
            using var exported = OnnxNetwork.Of(network, TorchRuntime.Threads);
            return Compare(network, exported, samples, console);
        }

        using var left = RunnableNetworks.Open(first, console);
        using var right = RunnableNetworks.Open(second, console);
        return Compare(left, right, samples, console);
    }

    // libtorch computes only the part of a file that is read, with the batch in dimension 0.
    private static void RequireSameOutputs(TorchNetwork network)
    {
        if (network.Model.Graph.Origin is { } origin
            && (origin.Kept is not null || origin.Outputs.Any(output => output.Batch > 0)))
        {
            throw new OcsInputException(
                $"{network.Name} has other outputs under libtorch than under ONNX Runtime, "
                + (origin.Kept is null ? "for its batch is not dimension 0" : "for some of its nodes are not supported")
                + "; give a second file to compare it with, such as an export by `ocs export`.");
        }
    }

    private static int Compare(RunnableNetwork left, RunnableNetwork right, Samples samples, CommandConsole console)
    {
        NetworkMemory.Require([left, right], samples.File is null ? samples.Batch : 1, "--batch");
        var inputs = samples.File is { } file
            ? NetworkInputs.Read(file, left)
            : NetworkInputs.Random([left, right], samples.Batch, samples.Seed);
        samples = samples.IsUsual && (left.IsSixteenBit || right.IsSixteenBit)
            ? samples with { Tolerance = OnnxCheck.SixteenBitTolerance }
            : samples;
        var differences = OutputDifference.Between(left, right, inputs);
        var equal = differences.All(difference => difference.IsWithin(samples.Tolerance));
        Show(left, right, samples, differences, equal, console);
        return equal ? ExitCode.Fine : ExitCode.Failure;
    }

    private static void Show(
        RunnableNetwork left, RunnableNetwork right, Samples samples, IReadOnlyList<OutputDifference> differences,
        bool equal, CommandConsole console)
    {
        if (console.Json)
        {
            console.WriteJson(
                new(left.Name, left.Runtime, right.Name, right.Runtime, samples.Tolerance, equal, differences),
                CliJson.Readable.VerifyOutput);
        }
        else
        {
            var table = new Table().AddColumn("output");
            foreach (var header in new[] { "largest difference", "mean", "largest, relative", "mean, relative" })
            {
                table.AddColumn(new TableColumn(header).RightAligned());
            }

            foreach (var row in differences)
            {
                table.AddRow(
                    row.Output, Text(row.Largest), Text(row.Mean), Text(row.LargestRelative), Text(row.MeanRelative));
            }

            console.Write(table);
        }

        var runtimes = $"{left.Name} ({left.Runtime}) and {right.Name} ({right.Runtime})";
        if (equal)
        {
            console.WriteLine($"{runtimes} compute the same.");
        }
        else
        {
            console.Error.WriteLine(
                $"{runtimes} are not shown to compute the same: "
                + $"{OutputDifference.Problem(differences, samples.Tolerance)}.");
        }
    }

    private static string Text(double difference) => OutputDifference.Text(difference);

    private sealed record Samples(string? File, double Tolerance, bool IsUsual, int Batch, ulong Seed);
}

/// <summary>`ocs verify --json`: A and B with their runtimes, and the difference of each output.</summary>
internal sealed record VerifyOutput(
    string A, string ARuntime, string B, string BRuntime, double Tolerance, bool Equal,
    IReadOnlyList<OutputDifference> Outputs);
