using Ocs.Data;

namespace Ocs.Cli.Output;

/// <summary>Lists the images that were skipped because they could not be read.</summary>
internal static class BrokenImageList
{
    private const int Most = 20;

    /// <summary>
    /// A line that counts the broken images, then one line each up to a limit; nothing if there are none.
    /// </summary>
    public static IEnumerable<string> Lines(IDataset data)
    {
        if (data is not ImageFolder { Broken: { Length: > 0 } broken } folder)
        {
            yield break;
        }

        yield return $"{Numbers.Whole(broken.Length)} of the {Numbers.Whole(folder.Count)} images of {folder.Source} "
            + "could not be read and were skipped:";
        foreach (var image in broken.Take(Most))
        {
            yield return Line(image);
        }

        if (broken.Length > Most)
        {
            yield return
                $"  and {Numbers.Whole(broken.Length - Most)} more; `ocs data check {ImageFolder.DataName}` names all.";
        }
    }

    /// <summary>The line of one image.</summary>
    public static string Line(BrokenImage image) => $"  {image.Path}: {image.Reason}";
}
