using System.CommandLine;
using Ocs.Data;

namespace Ocs.Cli.Commands;

/// <summary>The options of commands that read a folder of images.</summary>
internal sealed class ImageChoices
{
    private readonly Option<int?> _size = new("--image-size")
    {
        Description = "For an imagefolder: height and width of the network's images "
            + "(default: those of a file, else 224).",
        HelpName = "N",
    };

    private readonly Option<int?> _resize = new("--resize")
    {
        Description = "For an imagefolder: shorter side before the center crop (default: 8/7 of --image-size).",
        HelpName = "N",
    };

    private readonly Option<int?> _workers = new("--workers")
    {
        Description = "For an imagefolder: threads that decode images (default: one less than the cores).",
        HelpName = "N",
    };

    private readonly Option<bool> _skipBroken = SkipBroken();

    private readonly Option<double?> _validationSplit = ValidationSplit();

    public IEnumerable<Option> All => [_size, _resize, _workers, _skipBroken, _validationSplit];

    /// <summary>The fraction of training images held out if there are no test images.</summary>
    public static Option<double?> ValidationSplit() => new("--validation-split")
    {
        Description = "For an imagefolder without val: fraction of each class for validation, "
            + "as in training (default: 0.1).",
        HelpName = "F",
    };

    /// <summary>Skips broken images.</summary>
    public static Option<bool> SkipBroken() => new("--skip-broken")
    {
        Description = "For an imagefolder: skips images that cannot be read, and names them.",
    };

    /// <summary>The chosen options; an error if they are given for another data set than a folder of images.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="data">The data set's name.</param>
    /// <param name="size">Gives the network's image size; null if it is dynamic.</param>
    public ImageFolderOptions Of(ParseResult parsed, string data, Func<int?> size)
    {
        if (data != ImageFolder.DataName
            && All.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } stray)
        {
            throw new OcsInputException(
                $"{stray.Name} is for --data {ImageFolder.DataName}, but the data set is {data}; leave it out.");
        }

        var usual = new ImageFolderOptions();
        return usual with
        {
            Size = parsed.GetValue(_size) ?? (data == ImageFolder.DataName ? size() : null) ?? usual.Size,
            Resize = parsed.GetValue(_resize),
            Workers = parsed.GetValue(_workers),
            SkipBroken = parsed.GetValue(_skipBroken),
            ValidationSplit = parsed.GetValue(_validationSplit),
        };
    }
}
