namespace Ocs.Data;

/// <summary>Divides a folder's images into training and validation images.</summary>
internal static class ValidationSplit
{
    private const ulong Seed = 0;

    /// <summary>
    /// The images of a split, in their order. They depend on the fraction and the paths alone, so every run and every
    /// evaluation has the same, and images that are added leave most of the others where they were.
    /// </summary>
    /// <param name="images">All, with their paths within the folder.</param>
    /// <param name="fraction">Of each class that is measured on: one image at least, where the class has two.</param>
    /// <param name="split">Which are wanted.</param>
    public static List<(string File, int Label)> Of(
        List<(string File, int Label)> images, double fraction, DatasetSplit split)
    {
        var measured = new HashSet<string>(StringComparer.Ordinal);
        foreach (var ofClass in images.GroupBy(image => image.Label))
        {
            var all = ofClass.Count();
            var count = Math.Clamp((int)Math.Round(fraction * all), 1, Math.Max(1, all - 1));
            measured.UnionWith(ofClass
                .Select(image => image.File)
                .OrderBy(file => Rng.ForStream(Seed, file).NextUInt64())
                .ThenBy(file => file, StringComparer.Ordinal)
                .Take(all > 1 ? count : 0));
        }

        return images.FindAll(image => measured.Contains(image.File) == (split == DatasetSplit.Test));
    }
}
