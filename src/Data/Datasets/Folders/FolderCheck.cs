using System.Collections.Immutable;

namespace Ocs.Data;

/// <summary>What is in a folder of images.</summary>
/// <param name="Root">The folder that holds train and val.</param>
/// <param name="Classes">Their names, in the order of labels.</param>
/// <param name="TrainSamples">Training images that can be read.</param>
/// <param name="TestSamples">Other images that can be read.</param>
/// <param name="Broken">Those that cannot.</param>
public sealed record FolderReport(
    string Root, ImmutableArray<string> Classes, int TrainSamples, int TestSamples, ImmutableArray<BrokenImage> Broken)
{
    /// <summary>Pictures that are not among the images, since their names end otherwise or cannot be opened.</summary>
    public ImmutableArray<PassedOver> PassedOver { get; init; } = [];

    /// <summary>Remarks on surprising things in the folder, a sentence each.</summary>
    public ImmutableArray<string> Remarks { get; init; } = [];
}

/// <summary>Decodes every image of a folder, in several threads.</summary>
internal static class FolderCheck
{
    public static FolderReport Run(string root, ImageFolderOptions options)
    {
        var broken = new BrokenImages(skip: true);
        var layout = FolderLayout.Find(root);
        var whole = new Dictionary<DatasetSplit, int> { [DatasetSplit.Train] = 0, [DatasetSplit.Test] = 0 };
        List<ImageListing> listings = [];
        foreach (var split in (ReadOnlySpan<DatasetSplit>)[DatasetSplit.Train, DatasetSplit.Test])
        {
            if (layout.Has(split) || (layout.Train is not null && options.ValidationSplit != 0))
            {
                var listing = ImageListing.Read(
                    root, split, layout.Test is null ? options.ValidationSplit : null);
                var before = broken.Found.Length;
                Decode(listing, options, broken);
                whole[split] = listing.Files.Length - (broken.Found.Length - before);
                listings.Add(listing);
            }
        }

        return new(root, listings[0].Classes, whole[DatasetSplit.Train], whole[DatasetSplit.Test], broken.Found)
        {
            PassedOver = [.. listings.SelectMany(listing => listing.PassedOver).Distinct()],
            Remarks = [.. listings.SelectMany(listing => listing.Remarks)],
        };
    }

    private static void Decode(ImageListing listing, ImageFolderOptions options, BrokenImages broken)
    {
        var next = -1;
        OcsInputException? failure = null;
        var threads = new Thread[options.WorkerCount];
        for (var i = 0; i < threads.Length; i++)
        {
            threads[i] = new(DecodeSome) { IsBackground = true, Name = $"ocs check {i}" };
            threads[i].Start();
        }

        Array.ForEach(threads, thread => thread.Join());
        if (failure is not null)
        {
            throw failure;
        }

        void DecodeSome()
        {
            using var decoder = new ImageDecoder(options.PixelLimit);
            byte[] memory = [];
            int position;
            while (failure is null && (position = Interlocked.Increment(ref next)) < listing.Files.Length)
            {
                var path = Path.Combine(listing.Folder, listing.Files[position]);
                try
                {
                    decoder.Decode(ImageFile.Read(path, ref memory));
                }
                catch (Exception error)
                    when (error is InvalidDataException or IOException or UnauthorizedAccessException)
                {
                    broken.Skip(path, error.Message);
                }
                catch (OcsInputException error)
                {
                    // A missing library is not an error of the image.
                    failure = error;
                }
            }
        }
    }
}
