using System.Collections.Immutable;

namespace Ocs.Data;

/// <summary>How a folder of images with masks is read.</summary>
public sealed record MaskFolderOptions
{
    /// <summary>Height of the network's input; images and masks are resized to it.</summary>
    /// <value>256. Range 8..4096.</value>
    public int Height { get; init; } = 256;

    /// <summary>Width of the network's input; images and masks are resized to it.</summary>
    /// <value>256. Range 8..4096.</value>
    public int Width { get; init; } = 256;

    /// <summary>What the values of a mask's pixels mean, from 0.</summary>
    /// <value>Empty: the lines of classes.txt in the folder; of CamVid its eleven classes.</value>
    public ImmutableArray<string> ClassNames { get; init; } = [];

    /// <summary>The value of pixels without a class. They are ignored in training and evaluation.</summary>
    /// <value>Null: 255, and 11 of CamVid.</value>
    public int? IgnoredValue { get; init; }

    /// <summary>The fraction of images for validation if the folder has no split.</summary>
    /// <value>0.1. Above 0, at most 0.9.</value>
    public double ValidationSplit { get; init; } = 0.1;

    /// <summary>Pixels that an image may have; more are refused before memory is taken for them.</summary>
    /// <value>100 million. Range 1..500 million.</value>
    public int PixelLimit { get; init; } = 100_000_000;

    /// <summary>Everything that is wrong with the options, a sentence each.</summary>
    internal IReadOnlyList<string> Validate()
    {
        List<string> problems = [];
        Require(Height is >= 8 and <= 4096, $"`{nameof(Height)}` is {Height}, it must be within 8..4096");
        Require(Width is >= 8 and <= 4096, $"`{nameof(Width)}` is {Width}, it must be within 8..4096");
        Require(
            IgnoredValue is null or (>= 0 and <= 255),
            $"`{nameof(IgnoredValue)}` is {IgnoredValue}, it must be within 0..255");
        Require(
            ValidationSplit is > 0 and <= 0.9,
            FormattableString.Invariant($"`{nameof(ValidationSplit)}` is {ValidationSplit}, it must be above 0, ")
            + "0.9 at most");
        Require(
            PixelLimit is >= 1 and <= 500_000_000,
            $"`{nameof(PixelLimit)}` is {PixelLimit}, it must be within 1..500000000");
        return problems;

        void Require(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add(problem);
            }
        }
    }
}
