using System.Text;
using Ocs.Formats;
using Ocs.RunLog;
using Ocs.Testing;
using Ocs.Training.Checkpoints;
using Xunit.Abstractions;

namespace Ocs.Training.Tests.Checkpoints;

/// <summary>Checkpoints whose state says something else, with a right check sum: a run goes on from them or says in one sentence why not.</summary>
[NoTensorLeaks]
public sealed class StateFuzzTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ocs-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("sparsity learning", 2)]
    [InlineData("the cut", 4)]
    public void Damage_is_taken_up_or_refused_in_one_sentence(string after, int epoch)
    {
        var path = Path.Combine(_folder, "damaged.safetensors");
        var options = TinyTask.Options with { Padding = PaddingChoice.Always };
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
            CheckpointFile.Write(stream, whole with { State = [.. Encoding.UTF8.GetBytes(Damage.Json(Encoding.UTF8.GetString(whole.State.AsSpan()), dice))] });
        }

        void Resume()
        {
            var (checkpoint, _) = Checkpoint.Read(path);
            try
            {
                OneCycleTrainer.Resume(checkpoint, TinyTask.Data, options, TinyTask.Pruning).Dispose();
            }
            finally
            {
                checkpoint.Release();
            }
        }
    }

    private CheckpointContent CheckpointOf(int epoch, TrainingOptions options)
    {
        var path = Path.Combine(_folder, "whole.safetensors");
        using var observer = new RecordingObserver
        {
            OnCheckpoint = checkpoint =>
            {
                if (checkpoint.State.Epoch == epoch)
                {
                    using var stream = File.Create(path);
                    checkpoint.Write(stream, new("", RunKind.Train, null, "", new(0, "", 0)));
                }
            },
        };
        using var trainer = TinyTask.Trainer(TinyTask.Pruning, observer, options);
        using var result = trainer.Run();
        return CheckpointFile.Read(path);
    }
}
