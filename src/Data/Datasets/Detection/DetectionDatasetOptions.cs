namespace Ocs.Data;

/// <summary>How images with boxes are read.</summary>
public sealed record DetectionDatasetOptions
{
    /// <summary>Height and width of the network's input; images are stretched to it.</summary>
    /// <value>300. Range 32..2048.</value>
    public int Size { get; init; } = 300;

    /// <summary>The augmentation in training. Validation images are only resized.</summary>
    /// <value><see cref="DetectionAugmentation.Ssd"/>.</value>
    public DetectionAugmentation Augmentation { get; init; } = DetectionAugmentation.Ssd;

    /// <summary>The normalization of the network's input.</summary>
    /// <value><see cref="Normalization.ImageNet"/>.</value>
    public Normalization Normalization { get; init; } = Normalization.ImageNet;

    /// <summary>Pixels that an image may have; more are refused before memory is taken for them.</summary>
    /// <value>100 million. Range 1..500 million.</value>
    public int PixelLimit { get; init; } = 100_000_000;

    /// <summary>Throws a sentence where an option is out of range.</summary>
    internal void Require()
    {
        List<string> problems = [.. Augmentation.Validate()];
        if (Size is < 32 or > 2048)
        {
            problems.Add($"`{nameof(Size)}` is {Size}, it must be within 32..2048");
        }

        if (PixelLimit is < 1 or > 500_000_000)
        {
            problems.Add($"`{nameof(PixelLimit)}` is {PixelLimit}, it must be within 1..500000000");
        }

        if (Normalization.Problem(3) is { } problem)
        {
            problems.Add(problem);
        }

        if (problems.Count > 0)
        {
            throw new OcsInputException(string.Join("; ", problems));
        }
    }
}
