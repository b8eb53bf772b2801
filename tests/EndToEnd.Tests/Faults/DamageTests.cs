using Xunit.Abstractions;

namespace Ocs.EndToEnd.Tests.Faults;

/// <summary>Files of a run's folder that are cut short, have a bit flipped, or are gone.</summary>
[Collection(FaultTests.Name)]
public sealed class DamageTests(UndisturbedRun undisturbed, ITestOutputHelper output) : IDisposable
{
    private static readonly (string Kind, Func<byte[], Dice, byte[]?> Damage)[] Damages =
    [
        ("a bit flipped", (bytes, dice) => Flip(bytes, dice)),
        ("cut short", (bytes, dice) => bytes[..dice.Roll(Math.Max(bytes.Length, 1))]),
        ("gone", (_, _) => null),
    ];

    private readonly FaultyRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void A_run_goes_on_whatever_file_of_it_is_damaged()
    {
        var stopped = undisturbed.Stopped;
        var checkpoints = Directory.EnumerateFiles(Path.Combine(stopped, "checkpoints"))
            .Order(StringComparer.Ordinal).ToList();
        Assert.Equal(2, checkpoints.Count);
        var files = Directory.EnumerateFiles(stopped)
            .Append(checkpoints[0]).Append(checkpoints[1]).Select(file => Path.GetRelativePath(stopped, file)).ToList();
        Assert.Contains("best.ocs", files);
        var dice = new Dice(7);
        var all = FaultyRun.Trials(usual: 0) > 0;
        foreach (var (kind, damage) in all ? Damages : Damages[..1])
        {
            var trials = kind == "gone" || !all ? 1 : FaultyRun.Trials(usual: 1) / 10;
            foreach (var file in files)
            {
                for (var trial = 0; trial < trials; trial++)
                {
                    Try(file, bytes => damage(bytes, dice));
                }
            }

            FaultyRun.Tell(
                output, $"each of {files.Count} files of a run's folder {kind}", trials * files.Count,
                trials * files.Count,
                "goes on to the same weights, and says what was damaged");
        }
    }

    [Fact]
    public void Where_no_checkpoint_is_whole_one_sentence_says_so()
    {
        var place = _run.Place("stopped");
        var run = FaultyRun.RunIn(place);
        FaultyRun.Copy(undisturbed.Stopped, run);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(run, "checkpoints")))
        {
            File.WriteAllBytes(file, Flip(File.ReadAllBytes(file), new Dice(1)));
        }

        Assert.StartsWith(
            "No checkpoint in ", FaultyRun.FailHere(place, code: 2, FaultyRun.Resumption), StringComparison.Ordinal);
    }

    private void Try(string file, Func<byte[], byte[]?> damage)
    {
        var place = _run.Place("damaged");
        var run = FaultyRun.RunIn(place);
        FaultyRun.Copy(undisturbed.Stopped, run);
        var path = Path.Combine(run, file);
        if (damage(File.ReadAllBytes(path)) is { } bytes)
        {
            File.WriteAllBytes(path, bytes);
        }
        else
        {
            File.Delete(path);
        }

        FaultyRun.ResumeHere(place);
        if (file is "run.jsonl" or "best.ocs")
        {
            // A line or the best network may be lost for good; what was trained is not.
            Assert.Equal(
                File.ReadAllBytes(Path.Combine(undisturbed.Whole, "model.ocs")),
                File.ReadAllBytes(Path.Combine(run, "model.ocs")));
        }
        else
        {
            FaultyRun.AssertSame(undisturbed.Whole, run);
        }

        Directory.Delete(place, recursive: true);
    }

    private static byte[] Flip(byte[] bytes, Dice dice)
    {
        if (bytes.Length > 0)
        {
            bytes[dice.Roll(bytes.Length)] ^= (byte)(1 << dice.Roll(8));
        }

        return bytes;
    }
}
