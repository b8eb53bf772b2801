using System.CommandLine;
using Ocs.Cli.Output;
using Ocs.Data;

namespace Ocs.Cli.Commands;

/// <summary>`ocs data pack`: decodes a folder of small images once, for runs that read it many times.</summary>
internal static class PackCommand
{
    public static Command Create(CommandConsole console)
    {
        var root = CommonOptions.DataRoot();
        var skipBroken = ImageChoices.SkipBroken();
        var validationSplit = ImageChoices.ValidationSplit();
        var command = new Command(
            "pack",
            "Decodes the small images of an imagefolder (Tiny-ImageNet) once, "
            + "into train.ocspack and val.ocspack next to its folders. Runs then read these files. "
            + "Does nothing if the images have not changed.")
        {
            root, skipBroken, validationSplit,
        };
        command.SetAction(parsed =>
        {
            var options = new ImageFolderOptions
            {
                SkipBroken = parsed.GetValue(skipBroken),
                ValidationSplit = parsed.GetValue(validationSplit),
            };
            return Run(parsed.GetValue(root), options, console);
        });
        return command;
    }

    private static int Run(string? root, ImageFolderOptions options, CommandConsole console)
    {
        var reports = Enum.GetValues<DatasetSplit>().Select(split => ImageFolder.Pack(root, split, options)).ToList();
        if (console.Json)
        {
            console.WriteJson(
                new([.. reports.Select(PackRow.Of)]),
                CliJson.Readable.PackOutput);
            return ExitCode.Fine;
        }

        foreach (var report in reports)
        {
            var what = $"{report.Path}: {Numbers.Whole(report.Images)} images, {Numbers.Whole(report.Bytes)} bytes";
            console.WriteLine(
                report.Written ? what : $"{what}; already packed, and the images have not changed since");
            foreach (var image in report.Broken)
            {
                console.Error.WriteLine(BrokenImageList.Line(image));
            }
        }

        return ExitCode.Fine;
    }
}

/// <summary>`ocs data pack --json`.</summary>
internal sealed record PackOutput(IReadOnlyList<PackRow> Files);

/// <summary>A packed file, whether it is new, and the images that could not be read.</summary>
internal sealed record PackRow(string Path, int Images, long Bytes, bool Written, IReadOnlyList<string> Broken)
{
    public static PackRow Of(PackReport report) =>
        new(report.Path, report.Images, report.Bytes, report.Written, [.. report.Broken.Select(image => image.Path)]);
}
