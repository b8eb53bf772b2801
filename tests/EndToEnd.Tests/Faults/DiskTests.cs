using Xunit.Abstractions;

namespace Ocs.EndToEnd.Tests.Faults;

/// <summary>
/// A disk that is full, a folder that cannot be written to, data that go away, a loss that is not finite.
/// </summary>
[Collection(FaultTests.Name)]
public sealed class DiskTests(UndisturbedRun undisturbed, ITestOutputHelper output) : IDisposable
{
    private readonly FaultyRun _run = new();

    public void Dispose() => _run.Dispose();

    [TmpfsFact]
    public void A_full_disk_is_told_and_training_goes_on_and_saves_when_there_is_room()
    {
        var trials = Math.Max(1, FaultyRun.Trials(usual: 1) / 10);
        for (var trial = 0; trial < trials; trial++)
        {
            var place = _run.Place("small");
            using var disk = new SmallDisk(place, "6m");
            using var process = FaultyRun.Begin(place);
            FaultyRun.Until(process, $"epoch   {trial % 4}");
            using (new Filler(place))
            {
                var told = FaultyRun.Until(process, "The checkpoint could not be written (No space left on device");
                Assert.Contains("training goes on, and it is tried again later.", told, StringComparison.Ordinal);
                FaultyRun.Until(process, $"epoch   {trial % 4 + 1}");
            }

            FaultyRun.Complete(process);
            FaultyRun.AssertSame(undisturbed.Whole, FaultyRun.RunIn(place));
        }

        FaultyRun.Tell(
            output, "the disk full for an epoch (tmpfs)", trials, trials,
            "warns, goes on, writes what it owes; same to the bit");
    }

    [TmpfsFact]
    public void A_run_that_is_killed_on_a_full_disk_goes_on_when_there_is_room()
    {
        var place = _run.Place("small");
        using var disk = new SmallDisk(place, "6m");
        using (var process = FaultyRun.Begin(place))
        {
            FaultyRun.Until(process, "epoch   2");
            using var filler = new Filler(place);
            FaultyRun.Until(process, "The checkpoint could not be written");
            process.Kill();
            process.WaitForExit();
        }

        FaultyRun.ResumeHere(place);

        FaultyRun.AssertSame(undisturbed.Whole, FaultyRun.RunIn(place));
        FaultyRun.Tell(output, "the disk full, then SIGKILL", 1, 1, "goes on from the last checkpoint that fitted");
    }

    [TmpfsFact]
    public void A_disk_that_is_full_at_the_end_too_ends_the_run_with_one_sentence_and_it_goes_on_when_there_is_room()
    {
        var place = _run.Place("small");
        using var disk = new SmallDisk(place, "6m");
        var process = FaultyRun.Begin(place);
        FaultyRun.Until(process, "epoch   3");
        using (new Filler(place))
        {
            Assert.EndsWith(
                "make room, and `ocs train --resume run` continues the run.", FaultyRun.Fail(process, code: 2),
                StringComparison.Ordinal);
        }

        FaultyRun.ResumeHere(place);
        FaultyRun.AssertSame(undisturbed.Whole, FaultyRun.RunIn(place));
        FaultyRun.Tell(output, "the disk full to the end", 1, 1, "one sentence, exit code 2; goes on later to the bit");
    }

    [Fact]
    public void A_folder_in_which_no_checkpoint_can_be_written_is_told_and_training_goes_on()
    {
        var place = _run.Place("blocked");
        using var process = FaultyRun.Begin(place);
        FaultyRun.Until(process, "epoch   0");

        // A file in the folder's place stops root, too.
        var checkpoints = Path.Combine(FaultyRun.RunIn(place), "checkpoints");
        while (Directory.Exists(checkpoints))
        {
            Replace(checkpoints);
        }

        FaultyRun.Until(process, "The checkpoint could not be written");
        File.Delete(checkpoints);
        FaultyRun.Until(process, "epoch   3");
        FaultyRun.Complete(process);
        FaultyRun.Tell(output, "the folder of checkpoints unwritable", 1, 1, "warns, goes on, writes when it can");

        static void Replace(string folder)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
                File.WriteAllText(folder, "");
            }
            catch (IOException)
            {
                // A checkpoint was just being written.
            }
        }
    }

    [Fact]
    public void A_loss_that_is_not_finite_ends_the_run_with_one_sentence_and_keeps_its_checkpoints()
    {
        var place = _run.Place("diverged");
        var process = FaultyRun.Begin(
            place, "--set", "training.learning-rate=1e9", "--set", "training.warmup-epochs=5");

        Assert.Matches(
            @"^The loss is .* in epoch \d, step \d: training has diverged; lower learning-rate or add warmup-epochs\.$",
            FaultyRun.Fail(process, code: 1));
        Assert.NotEmpty(Directory.EnumerateFiles(Path.Combine(FaultyRun.RunIn(place), "checkpoints")));
        FaultyRun.Tell(output, "a loss that is not finite", 1, 1, "one sentence, exit code 1, checkpoints kept");
    }

    [Fact]
    public void Data_that_go_away_do_not_stop_a_run_and_are_asked_for_when_it_goes_on()
    {
        var place = _run.Place("data");
        var root = Path.Combine(place, "data");
        CopyData(root);
        using (var process = FaultyRun.Begin(place, "--data-root", root))
        {
            FaultyRun.Until(process, "epoch   1");
            Directory.Delete(root, recursive: true);
            FaultyRun.Until(process, "epoch   3");
            process.Kill();
            process.WaitForExit();
        }

        Directory.CreateDirectory(Path.Combine(root, "fashion-mnist"));
        File.WriteAllText(Path.Combine(root, "fashion-mnist", "train-images-idx3-ubyte"), "");
        Assert.Contains(
            "fashion-mnist",
            FaultyRun.FailHere(place, code: 2, [.. FaultyRun.Resumption, "--data-root", root]),
            StringComparison.Ordinal);
        Directory.Delete(root, recursive: true);
        CopyData(root);
        FaultyRun.ResumeHere(place, "--data-root", root);
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(undisturbed.Whole, "model.safetensors")),
            File.ReadAllBytes(Path.Combine(FaultyRun.RunIn(place), "model.safetensors")));
        FaultyRun.Tell(
            output, "data files removed in mid-run", 1, 1, "trains on; to go on later, one sentence asks for them");
    }

    private static void CopyData(string root)
    {
        var found = Data.DatasetCatalog.Locate("fashion-mnist", null)!;
        FaultyRun.Copy(found.Path, Path.Combine(root, "fashion-mnist"));
    }
}
