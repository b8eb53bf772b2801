using System.Diagnostics;

namespace Ocs.EndToEnd.Tests.Faults;

/// <summary>
/// Places that a run writes to, or does not: standard output, the folder for temporary files, links in its folder, its
/// log.
/// </summary>
[Collection(FaultTests.Name)]
public sealed class PlaceTests(UndisturbedRun undisturbed) : IDisposable
{
    private readonly FaultyRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void A_training_whose_output_finds_no_room_and_that_has_no_folder_for_temporary_files_trains_to_its_end()
    {
        var place = _run.Place("full");
        var command = $"dotnet {FaultyRun.Program} {string.Join(' ', FaultyRun.Arguments)}";

        FaultyRun.Complete(Shell(place, $"TMPDIR=/nonexistent exec {command} >/dev/full 2>/dev/full"));

        FaultyRun.AssertSame(undisturbed.Whole, FaultyRun.RunIn(place));
    }

    [Fact]
    public void A_command_whose_output_finds_no_room_says_so_in_one_sentence()
    {
        var process = Shell(_run.Place("full"), $"exec dotnet {FaultyRun.Program} inspect cifar_resnet20 >/dev/full");

        Assert.StartsWith(
            "Standard output could not be written to (No space left on device), ", FaultyRun.Fail(process, code: 1),
            StringComparison.Ordinal);
    }

    [TmpfsFact]
    public void A_disk_without_room_for_a_checkpoint_is_told_before_anything_is_trained()
    {
        var place = _run.Place("small");
        using var disk = new SmallDisk(place, "200k");

        Assert.Matches(
            @"^run has no room for a checkpoint \(No space left on device.*\), and a run without one is lost when it "
            + @"stops; make room, or give another folder with --out\.$",
            FaultyRun.FailHere(place, code: 2, FaultyRun.Arguments));
        Assert.False(Directory.Exists(FaultyRun.RunIn(place)));
    }

    [Fact]
    public void A_run_of_somebody_else_does_not_write_through_the_links_in_its_folder()
    {
        var place = Stopped();
        foreach (var name in new[] { "run.jsonl", "events.out.tfevents.ocs", "best.ocs", "checkpoints" })
        {
            var (file, mine) = (Path.Combine(FaultyRun.RunIn(place), name), Path.Combine(place, "mine"));
            Move(file, mine);
            File.CreateSymbolicLink(file, mine);
            var before = Content(mine);

            Assert.Contains(
                $"{name} is a link or not a regular file",
                FaultyRun.FailHere(place, code: 2, FaultyRun.Resumption),
                StringComparison.Ordinal);

            Assert.Equal(before, Content(mine));
            File.Delete(file);
            Move(mine, file);
        }

        FaultyRun.ResumeHere(place);
        FaultyRun.AssertSame(undisturbed.Whole, FaultyRun.RunIn(place));
    }

    [Fact]
    public void A_run_whose_folder_is_a_link_is_gone_on_with()
    {
        var place = Stopped();
        var run = FaultyRun.RunIn(place);
        Directory.Move(run, Path.Combine(place, "elsewhere"));
        File.CreateSymbolicLink(run, "elsewhere");

        FaultyRun.ResumeHere(place);

        FaultyRun.AssertSame(undisturbed.Whole, run);
    }

    [Fact]
    public void A_log_that_is_removed_while_the_run_goes_on_is_there_at_its_end()
    {
        var place = _run.Place("removed");
        using (var process = FaultyRun.Begin(place))
        {
            FaultyRun.Until(process, "epoch   2");
            File.Delete(Path.Combine(FaultyRun.RunIn(place), "run.jsonl"));
            FaultyRun.Complete(process);
        }

        FaultyRun.AssertSame(undisturbed.Whole, FaultyRun.RunIn(place));
    }

    [Fact]
    public void The_folder_of_a_run_that_was_killed_is_offered_to_go_on_with()
    {
        var place = Stopped();

        Assert.Equal(
            "The run folder run holds a run that was stopped; resume it by `ocs train --resume run`, give another "
                + "folder with --out, "
            + "or --force to delete that run.",
            FaultyRun.FailHere(place, code: 2, FaultyRun.Arguments));
    }

    [Fact]
    public void A_line_s_end_in_an_argument_keeps_no_run_from_going_on()
    {
        var place = _run.Place("breaks");
        using (var process = FaultyRun.StartIn(
            place, "dotnet",
            [
                FaultyRun.Program, "train", "../run.yaml", "--out", "r\nfoo: bar", "--set",
                "training.checkpoints-kept=3",
            ]))
        {
            FaultyRun.Until(process, "epoch   1");
            process.Kill();
            process.WaitForExit();
        }

        Assert.Equal(0, FaultyRun.Here(place, "train", "--resume", "r\nfoo: bar").Code);
        Assert.StartsWith(
            @"# ocs train ../run.yaml --out 'r\u000afoo: bar'",
            File.ReadAllText(Path.Combine(place, "r\nfoo: bar/config.yaml")), StringComparison.Ordinal);
    }

    private static void Move(string from, string to)
    {
        if (Directory.Exists(from))
        {
            Directory.Move(from, to);
        }
        else
        {
            File.Move(from, to);
        }
    }

    private static string Content(string path) => Directory.Exists(path)
        ? string.Join(
            '\n', Directory.EnumerateFiles(path).Order(StringComparer.Ordinal).Select(file => file + Content(file)))
        : Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)));

    private static Process Shell(string place, string command) => FaultyRun.StartIn(place, "sh", ["-c", command]);

    private string Stopped()
    {
        var place = _run.Place("stopped");
        FaultyRun.Copy(undisturbed.Stopped, FaultyRun.RunIn(place));
        return place;
    }
}
