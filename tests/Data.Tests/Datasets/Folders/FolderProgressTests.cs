using Microsoft.Extensions.Logging;

namespace Ocs.Data.Tests.Datasets.Folders;

/// <summary>What the work on whole folders tells, and how it is ended.</summary>
[NoTensorLeaks]
public sealed class FolderProgressTests : IDisposable
{
    private static readonly ImageFolderOptions Small = new() { Size = 16, Resize = 18, Workers = 2 };

    private readonly TemporaryFolder _folder = new();
    private readonly string _broken;

    public FolderProgressTests()
    {
        Pictures.Write(_folder);
        _broken = _folder.Write("train/bee/1.jpg", [0xFF, 0xD8, 9]);
    }

    private string TrainPack => Path.Combine(_folder.Path, "train.ocspack");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_check_reports_every_image_of_both_splits_in_order()
    {
        var progress = new RecordingProgress<DataProgress>();
        var report = ImageFolder.Check(_folder.Path, Small, progress);

        var total = report.TrainSamples + report.TestSamples + 1;
        Assert.Equal(Enumerable.Range(1, total), progress.Reports.Select(each => each.Images));
        Assert.All(progress.Reports, each => Assert.Equal(total, each.Total));
        Assert.Equal(1, progress.Reports[^1].Broken);
        Assert.Equal(_broken, Assert.Single(report.Broken).Path);
    }

    [Fact]
    public void A_check_ends_when_it_is_cancelled_and_with_the_error_of_whoever_is_told()
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new RecordingProgress<DataProgress>(each =>
        {
            if (each.Images == 5)
            {
                cancellation.Cancel();
            }
        });
        Assert.Throws<OperationCanceledException>(
            () => ImageFolder.Check(_folder.Path, Small, progress, cancellation.Token));
        Assert.InRange(progress.Reports.Count, 5, 7);

        var failing = new RecordingProgress<DataProgress>(_ => throw new InvalidOperationException("told"));
        Assert.Equal(
            "told",
            Assert.Throws<InvalidOperationException>(
                () => ImageFolder.Check(_folder.Path, Small, failing)).Message);
    }

    [Fact]
    public void Packing_that_is_cancelled_leaves_the_older_file_and_nothing_beside_it()
    {
        var skipping = Small with { SkipBroken = true };
        var progress = new RecordingProgress<DataProgress>();
        ImageFolder.Pack(_folder.Path, DatasetSplit.Train, skipping, progress: progress);
        Assert.Equal(new(24, 24, 1), progress.Reports[^1]);
        var before = File.ReadAllBytes(TrainPack);

        _folder.Write("train/ant/new.jpg", Pictures.Jpeg(20, 20, 99));
        using var cancellation = new CancellationTokenSource();
        var stopping = new RecordingProgress<DataProgress>(_ => cancellation.Cancel());
        Assert.Throws<OperationCanceledException>(() => ImageFolder.Pack(
            _folder.Path, DatasetSplit.Train, skipping, progress: stopping, cancellationToken: cancellation.Token));
        Assert.Throws<OperationCanceledException>(() => ImageFolder.Open(
            _folder.Path, DatasetSplit.Train, skipping with { Packed = PackedUse.Build }, progress: stopping,
            cancellationToken: cancellation.Token));
        Assert.Single(stopping.Reports);
        Assert.Equal(before, File.ReadAllBytes(TrainPack));
        Assert.Equal([TrainPack], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void An_image_that_is_left_out_is_logged_once_and_a_packed_file_too()
    {
        var logger = new RecordingLogger();
        var skipping = Small with { SkipBroken = true };
        var data = ImageFolder.Open(_folder.Path, DatasetSplit.Train, skipping, logger);
        for (var epoch = 0; epoch < 2; epoch++)
        {
            using var batches = data.Open(BatchLoaderOptions.Evaluation(6));
            foreach (var batch in batches.Epoch(epoch))
            {
                batch.Dispose();
            }
        }

        var skipped = Assert.Single(logger.Events);
        Assert.Equal((2000, LogLevel.Warning, _broken), (skipped.Id, skipped.Level, skipped.Values["Path"]));

        ImageFolder.Pack(_folder.Path, DatasetSplit.Train, skipping, logger);
        Assert.Equal([2000, 2000, 2001], logger.Ids);
        Assert.Equal(new FileInfo(TrainPack).Length, logger.Events[^1].Values["Bytes"]);
    }
}
