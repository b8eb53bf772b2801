using System.Text;
using System.Text.RegularExpressions;
using Ocs.Formats;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Checkpoints;
using Xunit.Abstractions;

namespace Ocs.Training.Tests.Checkpoints;

/// <summary>
/// Checkpoints whose state says something else, with a right check sum: a run goes on from them or says in one sentence
/// why not.
/// </summary>
[NoTensorLeaks]
public sealed partial class StateFuzzTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ocs-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("sparsity learning", 2)]
    [InlineData("the cut", 4)]
    [InlineData("a cut that is handed on", null)]
    public void Damage_is_taken_up_or_refused_in_one_sentence(string after, int? epoch)
    {
        var path = Path.Combine(_folder, "damaged.safetensors");
        var options = TinyTask.Options with { Padding = PaddingChoice.Always };
        var pruning = epoch is null
            ? TinyTask.Pruning with { Target = 0.7, SparsityStartEpoch = 3, LatestCutEpoch = 4 }
            : TinyTask.Pruning;
        var whole = CheckpointOf(epoch, options);
        try
        {
            Fuzz.Try($"checkpoint, state after {after}", output, "", 40, Write, Resume);
        }
        finally
        {
            foreach (var tensor in whole.Tensors.Values)
            {
                tensor.Dispose();
            }
        }

        void Write(Dice dice)
        {
            using var stream = File.Create(path);
            var damaged = Damage.Json(Encoding.UTF8.GetString(whole.State.AsSpan()), dice);
            CheckpointFile.Write(stream, whole with { State = [.. Encoding.UTF8.GetBytes(damaged)] });
        }

        void Resume()
        {
            var (checkpoint, _) = Checkpoint.Read(path);
            try
            {
                OneCycleTrainer.Resume(checkpoint, TinyTask.Data, options, pruning).Dispose();
            }
            finally
            {
                checkpoint.Release();
            }
        }
    }

    [Theory]
    [InlineData("momentum under another name")]
    [InlineData("momentum of another shape")]
    [InlineData("more steps than an epoch has")]
    [InlineData("a list that is null")]
    public void Parts_that_do_not_fit_together_are_refused_before_anything_is_trained(string fault)
    {
        var path = Path.Combine(_folder, "made-up.safetensors");
        var whole = CheckpointOf(2, TinyTask.Options);
        var tensors = whole.Tensors.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        try
        {
            var state = Encoding.UTF8.GetString(whole.State.AsSpan());
            switch (fault)
            {
                case "momentum under another name":
                    tensors.Remove("momentum/fc.weight", out var momentum);
                    tensors.Add("momentum/other", momentum!);
                    break;
                case "momentum of another shape":
                    tensors["momentum/fc.weight"].Dispose();
                    tensors["momentum/fc.weight"] = Tensor.Zeros([3]);
                    break;
                case "a list that is null":
                    state = ASpeedList().Replace(state, "\"speeds\":null");
                    break;
                default:
                    state = Replace(state, "\"progress\":null", "\"progress\":{\"steps\":1000}");
                    break;
            }

            using (var stream = File.Create(path))
            {
                CheckpointFile.Write(
                    stream, whole with { State = [.. Encoding.UTF8.GetBytes(state)], Tensors = tensors });
            }
        }
        finally
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }
        }

        var refusal = Assert.Throws<OcsInputException>(() =>
        {
            var (checkpoint, _) = Checkpoint.Read(path);
            try
            {
                OneCycleTrainer.Resume(checkpoint, TinyTask.Data, TinyTask.Options, TinyTask.Pruning).Dispose();
            }
            finally
            {
                checkpoint.Release();
            }
        });
        Assert.StartsWith(path, refusal.Message, StringComparison.Ordinal);
    }

    [GeneratedRegex("\"speeds\":\\[[^]]+\\]")]
    private static partial Regex ASpeedList();

    private static string Replace(string text, string part, string other)
    {
        Assert.Contains(part, text, StringComparison.Ordinal);
        return text.Replace(part, other, StringComparison.Ordinal);
    }

    // That at the start of an epoch, or the one that the cut hands on.
    private CheckpointContent CheckpointOf(int? epoch, TrainingOptions options)
    {
        var path = Path.Combine(_folder, "whole.safetensors");
        using var observer = new RecordingObserver
        {
            OnCheckpoint = checkpoint =>
            {
                if (checkpoint.State.Epoch == epoch)
                {
                    Write(checkpoint);
                }
            },
        };
        using var trainer = TinyTask.Trainer(TinyTask.Pruning, observer, options);
        trainer.HandOn = epoch is null ? Write : null;
        using var result = trainer.Run();
        return CheckpointFile.Read(path);

        void Write(Checkpoint checkpoint)
        {
            using var stream = File.Create(path);
            checkpoint.Write(stream, new("", RunKind.Train, null, "", new(0, "", 0)));
        }
    }
}
