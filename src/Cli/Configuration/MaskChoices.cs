using System.Collections.Immutable;
using Ocs.Data;

namespace Ocs.Cli.Configuration;

/// <summary>How a maskfolder is read, and how its pixels are weighted.</summary>
internal sealed record MaskChoices
{
    /// <summary>Height of the network's input; images and masks are resized to it.</summary>
    public int Height { get; init; } = 256;

    /// <summary>Width of the network's input; images and masks are resized to it.</summary>
    public int Width { get; init; } = 256;

    /// <summary>
    /// The class names of mask values, from 0. Empty takes the lines of classes.txt in the folder, or the eleven
    /// classes of CamVid.
    /// </summary>
    public ImmutableArray<string> ClassNames { get; init; } = [];

    /// <summary>
    /// The value of pixels without a class, which are neither trained nor measured. Null for 255, or 11 for CamVid.
    /// </summary>
    public int? IgnoredValue { get; init; }

    /// <summary>The weight of each class in the loss, above 0. Empty for equal weights.</summary>
    public ImmutableArray<double> ClassWeights { get; init; } = [];

    /// <summary>The fraction of the images that is held out if the folder has no split.</summary>
    public double ValidationSplit { get; init; } = 0.1;

    /// <summary>The data set's options.</summary>
    public MaskFolderOptions Options => new()
    {
        Height = Height,
        Width = Width,
        ClassNames = ClassNames,
        IgnoredValue = IgnoredValue,
        ValidationSplit = ValidationSplit,
    };
}
