using System.CommandLine;
using System.Text;
using Ocs.Cli.Completing;
using Ocs.Cli.Output;
using Ocs.Cli.Starting;

namespace Ocs.Cli.Commands;

/// <summary>`ocs init`: writes a first configuration for a network and a data set.</summary>
internal static class InitCommand
{
    private const string Usual = "run.yaml";

    public static Command Create(CommandConsole console)
    {
        var model = new Option<string?>("--model")
        {
            Description = "A network of the zoo (`ocs models` lists them), or a trained one: an .onnx or .ocs file.",
            HelpName = "MODEL",
            CompletionSources = { Values.Networks },
        };
        var data = new Option<string?>("--data")
        {
            Description = "A data set (`ocs data list` lists them), a text, or a folder: pictures with a folder for "
                + "each class, with masks, or with boxes as COCO, VOC or YOLO write them. The data decide the task.",
            HelpName = "DATA",
            CompletionSources = { Values.DataSets, PathValues.Files(".txt") },
        };
        var output = new Option<string>("--out", "-o")
        {
            Description = "The file to write.",
            HelpName = "FILE",
            DefaultValueFactory = _ => Usual,
            CompletionSources = { PathValues.Files(".yaml", ".yml") },
        };
        var force = new Option<bool>("--force") { Description = "Replaces a file that is there." };
        var command = new Command(
            "init",
            "Writes a configuration for `ocs train`: first values, the meaning of each key, and all other keys as "
            + "comments.")
        {
            model, data, output, force,
        };
        command.SetAction(parsed => Run(
            parsed.GetValue(model), parsed.GetValue(data), parsed.GetRequiredValue(output), parsed.GetValue(force),
            console));
        return command;
    }

    private static int Run(string? model, string? data, string output, bool force, CommandConsole console)
    {
        if (model is null || data is null)
        {
            throw new OcsInputException(
                "`ocs init` needs --model, a network of the zoo or its file, and --data, a data set, a folder or a "
                + $"text, as in `ocs init --model resnet18 --data photos --out {Usual}`.");
        }

        ModelFiles.CheckEnding("--out", output, ".yaml", ".yml");
        ModelFiles.CheckWritable(output);
        if (File.Exists(output) && !force)
        {
            throw new OcsInputException(
                $"{output} exists already; give another file with --out, or --force to replace it.");
        }

        var start = StartingConfiguration.Of(model, data, output);
        AtomicFile.Write(output, stream => stream.Write(Encoding.UTF8.GetBytes(start.Text)));
        foreach (var remark in start.Remarks)
        {
            console.Error.WriteLine(remark);
        }

        if (console.Json)
        {
            console.WriteJson(
                new(output, start.Task, start.Data.Name, start.Data.Root), CliJson.Readable.InitOutput);
        }
        else
        {
            console.WriteLine($"{output} describes a run of {model} on {start.Data.What}.");
            console.WriteLine($"`{start.TrainLine} --dry-run` shows its plan; without --dry-run it trains.");
        }

        return ExitCode.Fine;
    }
}

/// <summary>`ocs init --json`.</summary>
/// <param name="File">The written file.</param>
/// <param name="Task">The task of the network.</param>
/// <param name="Data">The data set, as the configuration names it.</param>
/// <param name="DataRoot">The value of --data-root; null if not needed.</param>
internal sealed record InitOutput(string File, string Task, string Data, string? DataRoot);
