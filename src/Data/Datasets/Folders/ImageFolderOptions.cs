namespace Ocs.Data;

/// <summary>How a folder of images is read.</summary>
public sealed record ImageFolderOptions
{
    /// <summary>Height and width of the network's input.</summary>
    /// <value>224. Range 8..2048.</value>
    public int Size { get; init; } = 224;

    /// <summary>
    /// The shorter side of a validation image before its middle is cut out. Null takes 8/7 of <see cref="Size"/>: 256
    /// for 224.
    /// </summary>
    /// <value>Null. At least <see cref="Size"/>, 4096 at most.</value>
    public int? Resize { get; init; }

    /// <summary>Threads that decode images; null takes one less than there are cores, at least one.</summary>
    /// <value>Null. Range 1..256.</value>
    public int? Workers { get; init; }

    /// <summary>
    /// Whether images that cannot be read are skipped and counted. Otherwise the first one is an error.
    /// </summary>
    /// <value>False.</value>
    public bool SkipBroken { get; init; }

    /// <summary>The fraction of each class for validation if there is no folder val. Null takes a tenth.</summary>
    /// <value>Null. Range 0..0.9; 0 takes none.</value>
    public double? ValidationSplit { get; init; }

    /// <summary>Whether images are read from a packed file.</summary>
    /// <value><see cref="PackedUse.IfThere"/>.</value>
    public PackedUse Packed { get; init; }

    /// <summary>Pixels that an image may have; more are refused before memory is taken for them.</summary>
    /// <value>100 million, which no image of ImageNet has. Range 1..500 million.</value>
    public int PixelLimit { get; init; } = 100_000_000;

    /// <summary>The shorter side before the middle is cut out.</summary>
    internal int ShorterSide => Resize ?? (int)Math.Round(Size * 8 / 7.0);

    /// <summary>The number of threads.</summary>
    internal int WorkerCount => Workers ?? Math.Max(1, Environment.ProcessorCount - 1);

    /// <summary>Everything that is wrong with the options, a sentence each.</summary>
    internal IReadOnlyList<string> Validate()
    {
        List<string> problems = [];
        Require(Size is >= 8 and <= 2048, $"`{nameof(Size)}` is {Size}, it must be within 8..2048");
        Require(
            Resize is null || (Resize >= Size && Resize <= 4096),
            $"`{nameof(Resize)}` is {Resize}, it must be at least the size, {Size}, and 4096 at most");
        Require(Workers is null or (>= 1 and <= 256), $"`{nameof(Workers)}` is {Workers}, it must be within 1..256");
        Require(
            PixelLimit is >= 1 and <= 500_000_000,
            $"`{nameof(PixelLimit)}` is {PixelLimit}, it must be within 1..500000000");
        Require(
            ValidationSplit is null or (>= 0 and <= 0.9),
            FormattableString.Invariant($"`{nameof(ValidationSplit)}` is {ValidationSplit}, it must be within 0..0.9"));
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

/// <summary>
/// Whether the packed file beside a folder of images (<see cref="ImageFolder.Pack"/>) is read in its stead.
/// </summary>
public enum PackedUse
{
    /// <summary>A packed file is read if there is one, and the folder has not changed since.</summary>
    IfThere,

    /// <summary>A packed file is read. If there is none, it is written first.</summary>
    Build,

    /// <summary>The images' own files are read.</summary>
    Never,
}
