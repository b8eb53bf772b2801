using System.Collections.Immutable;
using System.Runtime.ExceptionServices;

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
internal sealed class FolderCheck
{
    private readonly ImageFolderOptions _options;
    private readonly BrokenImages _broken = new(skip: true);
    private readonly IProgress<DataProgress>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly Lock _telling = new();
    private readonly int _total;
    private int _done;

    private FolderCheck(
        ImageFolderOptions options, int total, IProgress<DataProgress>? progress, CancellationToken cancellation) =>
        (_options, _total, _progress, _cancellation) = (options, total, progress, cancellation);

    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static FolderReport Run(
        string root, ImageFolderOptions options, IProgress<DataProgress>? progress, CancellationToken cancellation)
    {
        var layout = FolderLayout.Find(root);
        Dictionary<DatasetSplit, ImageListing> listings = [];
        foreach (var split in (ReadOnlySpan<DatasetSplit>)[DatasetSplit.Train, DatasetSplit.Test])
        {
            if (layout.Has(split) || (layout.Train is not null && options.ValidationSplit != 0))
            {
                listings.Add(
                    split, ImageListing.Read(root, split, layout.Test is null ? options.ValidationSplit : null));
            }
        }

        var check = new FolderCheck(
            options, listings.Values.Sum(listing => listing.Files.Length), progress, cancellation);
        var whole = listings.ToDictionary(pair => pair.Key, pair => check.Decode(pair.Value));
        return new(
            root,
            listings.Values.First().Classes,
            whole.GetValueOrDefault(DatasetSplit.Train),
            whole.GetValueOrDefault(DatasetSplit.Test),
            check._broken.Found)
        {
            PassedOver = [.. listings.Values.SelectMany(listing => listing.PassedOver).Distinct()],
            Remarks = [.. listings.Values.SelectMany(listing => listing.Remarks)],
        };
    }

    // Decodes a split; how many of its images can be read.
    private int Decode(ImageListing listing)
    {
        var (next, before) = (-1, _broken.Found.Length);
        Exception? failure = null;
        var threads = new Thread[_options.WorkerCount];
        for (var i = 0; i < threads.Length; i++)
        {
            threads[i] = new(DecodeSome) { IsBackground = true, Name = $"ocs check {i}" };
            threads[i].Start();
        }

        Array.ForEach(threads, thread => thread.Join());
        _cancellation.ThrowIfCancellationRequested();
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        return listing.Files.Length - (_broken.Found.Length - before);

        void DecodeSome()
        {
            using var decoder = new ImageDecoder(_options.PixelLimit);
            byte[] memory = [];
            int position;
            while (failure is null && !_cancellation.IsCancellationRequested
                && (position = Interlocked.Increment(ref next)) < listing.Files.Length)
            {
                try
                {
                    DecodeOne(decoder, Path.Combine(listing.Folder, listing.Files[position]), ref memory);
                    Tell();
                }
                catch (Exception error)
                {
                    // A missing library is not an error of the image, and the caller's progress may throw.
                    failure = error;
                }
            }
        }
    }

    private void DecodeOne(ImageDecoder decoder, string path, ref byte[] memory)
    {
        try
        {
            decoder.Decode(ImageFile.Read(path, ref memory));
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            _broken.Skip(path, error.Message);
        }
    }

    // One thread at a time, in the order of the counts.
    private void Tell()
    {
        if (_progress is not null)
        {
            lock (_telling)
            {
                _progress.Report(new(++_done, _total, _broken.Count));
            }
        }
    }
}
