using System.Collections.Immutable;
using Ocs.Data;

namespace Ocs.Cli.Configuration;

/// <summary>How a maskfolder is read, and what its pixels count.</summary>
internal sealed record MaskChoices
{
    /// <summary>Height of what reaches the network; images and masks are resized to it.</summary>
    public int Height { get; init; } = 256;

    /// <summary>Width of what reaches the network; images and masks are resized to it.</summary>
    public int Width { get; init; } = 256;

    /// <summary>
    /// What the values of a mask's pixels mean, from 0. Empty for the lines of classes.txt in the folder, and for the
    /// eleven classes of CamVid.
    /// </summary>
    public ImmutableArray<string> ClassNames { get; init; } = [];

    /// <summary>
    /// The value of pixels that have no class: they are neither learnt nor measured. Null for 255, and 11 of CamVid.
    /// </summary>
    public int? IgnoredValue { get; init; }

    /// <summary>How much a pixel of each class counts in the loss, above 0. Empty for all the same.</summary>
    public ImmutableArray<double> ClassWeights { get; init; } = [];

    /// <summary>The fraction of the images that is measured on, where the folder has no split.</summary>
    public double ValidationSplit { get; init; } = 0.1;

    /// <summary>As the data set takes them.</summary>
    public MaskFolderOptions Options => new()
    {
        Height = Height,
        Width = Width,
        ClassNames = ClassNames,
        IgnoredValue = IgnoredValue,
        ValidationSplit = ValidationSplit,
    };
}
