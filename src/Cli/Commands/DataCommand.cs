using System.CommandLine;
using Ocs.Cli.Completing;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.Data;

namespace Ocs.Cli.Commands;

/// <summary>`ocs data`: finds, checks and packs data sets.</summary>
internal static class DataCommand
{
    public static Command Create(CommandConsole console)
    {
        var root = CommonOptions.DataRoot();
        var list = new Command("list", "Lists the data sets, with the places where each was found or looked for.")
        {
            root,
        };
        list.SetAction(parsed => List(parsed.GetValue(root), console));

        var names = new Argument<string[]>("NAME")
        {
            Description = "Data sets (default: all that are found).",
            Arity = ArgumentArity.ZeroOrMore,
            HelpName = "NAME",
            CompletionSources = { Values.ImageSets },
        };
        var check = new Command("check", "Reads data sets completely, and reports whether they are whole.")
        {
            names, root,
        };
        check.SetAction(parsed => Check(parsed.GetValue(names) ?? [], parsed.GetValue(root), console));
        return new Command(
            "data", "Lists and checks data sets, and packs folders of images.")
        {
            list, check, PackCommand.Create(console),
        };
    }

    private static int List(string? root, CommandConsole console)
    {
        var found = DatasetCatalog.Names
            .Select(name =>
                (Name: name, Location: DatasetCatalog.Locate(name, root), Places: DatasetCatalog.Places(name, root)))
            .Append((Name: ImageFolder.DataName, Location: Folder(root), Places: ImageFolder.Places(root)))
            .Append((Name: MaskFolder.DataName, Location: Masks(root), Places: MaskFolder.Places(root)))
            .ToList();
        if (console.Json)
        {
            console.WriteJson(
                new([
                    .. found.Select(set => new DataRow(
                        set.Name, set.Location?.Path, LayoutOf(set.Location), null, null, null, null, set.Places)),
                ]),
                CliJson.Readable.DataOutput);
            return ExitCode.Fine;
        }

        foreach (var (name, location, places) in found)
        {
            console.WriteLine(
                location is null
                    ? $"{name}: not found; looked for in"
                    : $"{name}: {location.Path} ({LayoutOf(location)})");
            foreach (var place in location is null ? places : [])
            {
                console.WriteLine($"  {place}");
            }
        }

        return ExitCode.Fine;
    }

    private static int Check(string[] names, string? root, CommandConsole console)
    {
        foreach (var name in names)
        {
            TrainingDataSource.Require(name);
            if (TrainingDataSource.TaskOf(name) is TaskKind.Detection or TaskKind.Text)
            {
                throw new OcsInputException(
                    $"`ocs data check` does not read {name}, whose files a configuration names; "
                    + "`ocs train CONFIG --dry-run` does.");
            }
        }

        // A folder of photographs takes long, so it is only checked by name.
        var chosen = names.Length > 0
            ? names
            : [.. DatasetCatalog.Names.Where(name => DatasetCatalog.Locate(name, root) is not null)];
        var checks = chosen
            .Select(name =>
                name == ImageFolder.DataName ? CheckFolder(root, console)
                : name == MaskFolder.DataName ? CheckMasks(root)
                : DatasetCatalog.Check(name, root))
            .ToList();
        if (console.Json)
        {
            console.WriteJson(
                new([.. checks.Select(set => new DataRow(
                    set.Name, set.Location?.Path, LayoutOf(set.Location), set.TrainSamples, set.TestSamples, set.Whole,
                    set.Problem is { } problem ? CommandWords.Of(problem) : null, null))]),
                CliJson.Readable.DataOutput);
        }
        else
        {
            var table = new Table().AddColumns("data set", "training images", "test images", "whole", "where");
            foreach (var set in checks)
            {
                table.AddRow(
                    set.Name, Numbers.Whole(set.TrainSamples), Numbers.Whole(set.TestSamples), set.Whole ? "yes" : "no",
                    set.Location?.Path ?? "not found");
            }

            console.Write(table);
        }

        foreach (var set in checks.Where(set => !set.Whole))
        {
            console.Error.WriteLine(set.Problem);
        }

        return checks.TrueForAll(set => set.Whole) ? ExitCode.Fine : ExitCode.Input;
    }

    private static DatasetLocation? Folder(string? root) => ImageFolder.Find(root) is { } folder
        ? new(ImageFolder.DataName, DatasetLayout.Folder, folder)
        : null;

    private static DatasetLocation? Masks(string? root) => MaskFolder.Find(root) is { } folder
        ? new(MaskFolder.DataName, DatasetLayout.Masks, folder)
        : null;

    // Reads every image and mask; the first unreadable one is the problem.
    private static DatasetCheck CheckMasks(string? root)
    {
        var location = Masks(root);
        var (counts, problem) = (new int[2], (string?)null);
        try
        {
            foreach (var split in new[] { DatasetSplit.Train, DatasetSplit.Test })
            {
                var data = MaskFolder.Open(root, split, new(), AugmentationOptions.Evaluation);
                for (var i = 0; i < data.Count; i++)
                {
                    var sample = data.Get(i, seed: null);
                    Array.ForEach([.. sample.Inputs, .. sample.Targets], tensor => tensor.Dispose());
                }

                counts[(int)split] = data.Count;
            }
        }
        catch (OcsInputException error)
        {
            problem = error.Message;
        }

        return new(MaskFolder.DataName, location, counts[0], counts[1], problem);
    }

    private static DatasetCheck CheckFolder(string? root, CommandConsole console)
    {
        if (Folder(root) is not { } location)
        {
            var places = string.Join(", ", ImageFolder.Places(root));
            var missing = $"No folder train or val, and no folders of images, were found in {places}.";
            return new(ImageFolder.DataName, null, 0, 0, missing);
        }

        var report = ImageFolder.Check(location.Path, new());
        foreach (var image in report.Broken)
        {
            console.Error.WriteLine(BrokenImageList.Line(image));
        }

        foreach (var remark in report.Remarks)
        {
            console.Error.WriteLine(remark);
        }

        foreach (var file in report.PassedOver)
        {
            console.Error.WriteLine($"  {file.Path}: {file.Reason}");
        }

        var images = report.TrainSamples + report.TestSamples + report.Broken.Length;
        var problem = !report.Broken.IsEmpty
            ? $"{Numbers.Whole(report.Broken.Length)} of the {Numbers.Whole(images)} images of {location.Path} "
                + "cannot be read: replace or remove them."
            : !report.PassedOver.IsEmpty
                ? $"Pictures of {location.Path} that cannot be used as they are: "
                    + $"{Numbers.Whole(report.PassedOver.Length)}; rename, convert or remove them."
                : null;
        return new(ImageFolder.DataName, location, report.TrainSamples, report.TestSamples, problem);
    }

    private static string? LayoutOf(DatasetLocation? location) => location?.Layout.ToString().ToLowerInvariant();
}

/// <summary>`ocs data list --json` and `ocs data check --json`.</summary>
internal sealed record DataOutput(IReadOnlyList<DataRow> Datasets);

/// <summary>
/// A data set: its folder, and its content after a check. Values are null if it was not found or not checked.
/// </summary>
internal sealed record DataRow(
    string Name, string? Path, string? Layout, int? TrainSamples, int? TestSamples, bool? Whole, string? Problem,
    IReadOnlyList<string>? Places);
