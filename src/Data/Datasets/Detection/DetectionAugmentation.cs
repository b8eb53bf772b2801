namespace Ocs.Data;

/// <summary>
/// What happens to an image with boxes in training. Liu et al. 2016, arXiv 1512.02325, section 2.2, "Data
/// augmentation"; the values are those of NVIDIA's DeepLearningExamples.
/// </summary>
public sealed record DetectionAugmentation
{
    /// <summary>
    /// Whether a random part of the image is cut out: of 0.3 to 1 of its width and height, with all boxes overlapping
    /// it by more than a random bound. A box stays if its centre is in the part.
    /// </summary>
    /// <value>True.</value>
    public bool RandomCrop { get; init; } = true;

    /// <summary>Whether half of the images, chosen at random, are mirrored left to right.</summary>
    /// <value>True.</value>
    public bool HorizontalFlip { get; init; } = true;

    /// <summary>Brightness is multiplied by a number between 1 minus and 1 plus this.</summary>
    /// <value>0.125. Range 0..1.</value>
    public double Brightness { get; init; } = 0.125;

    /// <summary>Contrast is multiplied by a number between 1 minus and 1 plus this.</summary>
    /// <value>0.5. Range 0..1.</value>
    public double Contrast { get; init; } = 0.5;

    /// <summary>Saturation is multiplied by a number between 1 minus and 1 plus this.</summary>
    /// <value>0.5. Range 0..1.</value>
    public double Saturation { get; init; } = 0.5;

    /// <summary>Hue is moved by at most this share of the colour wheel, either way.</summary>
    /// <value>0.05. Range 0..0.5.</value>
    public double Hue { get; init; } = 0.05;

    /// <summary>SSD's recipe.</summary>
    public static DetectionAugmentation Ssd { get; } = new();

    /// <summary>For grey images: no colours are changed but brightness and contrast.</summary>
    public static DetectionAugmentation Grey { get; } = new() { Saturation = 0, Hue = 0 };

    /// <summary>Images are as they are, but resized.</summary>
    public static DetectionAugmentation None { get; } = new()
    {
        RandomCrop = false,
        HorizontalFlip = false,
        Brightness = 0,
        Contrast = 0,
        Saturation = 0,
        Hue = 0,
    };

    /// <summary>Whether colours are changed.</summary>
    internal bool ChangesColours => Brightness > 0 || Contrast > 0 || Saturation > 0 || Hue > 0;

    /// <summary>Everything that is wrong with the options, a sentence each.</summary>
    internal IReadOnlyList<string> Validate()
    {
        (string Name, double Value, double Largest)[] ranges =
        [
            (nameof(Brightness), Brightness, 1), (nameof(Contrast), Contrast, 1),
            (nameof(Saturation), Saturation, 1), (nameof(Hue), Hue, 0.5),
        ];
        return
        [
            .. ranges
                .Where(range => range.Value is not >= 0 || range.Value > range.Largest)
                .Select(range => FormattableString.Invariant(
                    $"`{range.Name}` is {range.Value}, it must be within 0..{range.Largest}")),
        ];
    }
}
