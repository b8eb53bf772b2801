using System.CommandLine;
using System.Reflection;
using Ocs.Cli.Completing;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.RunLog;
using Ocs.Training.Runs;

namespace Ocs.Cli.Commands;

/// <summary>`ocs demo`: the whole cycle on real data in minutes, and the unpruned twin for comparison.</summary>
internal static class DemoCommand
{
    private const string Source = "demo.yaml";

    public static Command Create(CommandConsole console)
    {
        var set = new Option<string[]>("--set")
        {
            Description = "Overrides an option of experiments/demo.yaml.",
            HelpName = "KEY=VALUE",
            CompletionSources = { Values.Assignment },
        };
        var folder = new Option<string>("--out")
        {
            Description = "The run's folder; an existing run is replaced.",
            HelpName = "DIR",
            DefaultValueFactory = _ => Path.Combine("runs", "demo"),
            CompletionSources = { PathValues.Folders },
        };
        var root = CommonOptions.DataRoot();
        var command = new Command(
            "demo", "Trains a small ResNet on Fashion-MNIST with and without pruning, and shows both.")
        {
            set, folder, root,
        };
        command.SetAction(parsed => Run(
            ExperimentOptions.Read(Configuration(), Source, parsed.GetValue(set) ?? []),
            parsed.GetRequiredValue(folder),
            parsed.GetValue(root),
            console));
        return command;
    }

    private static int Run(ExperimentOptions options, string folder, string? root, CommandConsole console)
    {
        using var held = RunDirectory.Lock(folder, console.Error.WriteLine, isNew: true);
        RunDirectory.Check(folder, replace: true);
        console.WriteLine($"1. The unpruned twin: {options.Model} on {options.Data}, {options.Training.Epochs} epochs");
        var twin = Train(RunKind.Baseline, Path.Combine(folder, RunDirectory.TwinName), twin: null);
        if (twin.Stopped)
        {
            return Stopped(console);
        }

        console.WriteLine();
        console.WriteLine(
            $"2. One cycle: the same epochs, {Numbers.Percent(options.Pruning.Target)} of the MACs to remove");
        var pruned = Train(RunKind.Train, folder, twin.Summary, held);
        if (pruned.Stopped)
        {
            return Stopped(console);
        }

        var model = Path.Combine(folder, RunDirectory.ModelName);
        RunTable.Write(pruned.Summary, console);
        console.WriteLine($"The report:         {Path.Combine(folder, "report.html")}");
        console.WriteLine($"The small network:  {model}, {Path.Combine(folder, RunDirectory.OnnxName)}");
        console.WriteLine();
        console.WriteLine("What to do next:");
        console.WriteLine($"  ./ocs eval {ShellWord.Of(model)} --data {options.Data}");
        console.WriteLine("  ./ocs inspect cifar_resnet56");
        console.WriteLine("  ./ocs train experiments/short/cifar10_resnet20_20epochs.yaml --data-root DIR");
        if (console.Json)
        {
            console.Output.Write(File.ReadAllText(Path.Combine(folder, RunFolder.SummaryName)));
        }

        return TrainingOutput.CodeOf([twin.Summary, pruned.Summary]);

        RunOutcome Train(RunKind kind, string place, RunSummary? twin, FolderLock? held = null) =>
            new ExperimentRun(options, kind, new(place, Force: true, root, Device: null), console)
            {
                Twin = twin,
                Lock = held,
            }.Execute();
    }

    private static int Stopped(CommandConsole console)
    {
        console.WriteLine("Stopped.");
        return ExitCode.Interrupted;
    }

    private static string Configuration()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Source)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
