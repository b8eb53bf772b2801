using Ocs.RunLog;
using Ocs.Training.Checkpoints;

namespace Ocs.Training.Tests.Checkpoints;

/// <summary>Whatever happens to the newest checkpoint, the one before it is whole.</summary>
[NoTensorLeaks]
public sealed class CheckpointFolderTests : IDisposable
{
    private static readonly RunState Run = new(
        "# ocs train run.yaml\nmodel: tiny\n", RunKind.Train, "start.pth", "libtorch", new(12, "abc", 3));

    private readonly string _run = Directory.CreateTempSubdirectory("ocs-test-").FullName;
    private readonly CheckpointFolder _folder;

    public CheckpointFolderTests() => _folder = new(_run);

    private string[] Files =>
    [
        .. Directory.EnumerateFiles(Path.Combine(_run, "checkpoints"))
            .Select(file => Path.GetFileName(file))
            .Order(StringComparer.Ordinal),
    ];

    public void Dispose() => Directory.Delete(_run, recursive: true);

    [Fact]
    public void The_last_few_are_kept_and_the_newest_is_read()
    {
        SaveRun(kept: 3);

        Assert.Equal(3, Files.Length);
        Assert.True(_folder.Any);
        var (checkpoint, run, notice) = _folder.ReadNewest();
        Assert.Equal((5, null), (checkpoint.State.Epoch, notice));
        Assert.Equal(Run, run);
        checkpoint.Release();
    }

    [Fact]
    public void A_damaged_newest_gives_way_to_the_one_before_with_a_sentence_and_goes_first_when_room_is_made()
    {
        SaveRun(kept: 2);
        var (older, newer) = (Files[0], Files[1]);
        Flip(newer);

        var (checkpoint, _, notice) = _folder.ReadNewest();
        Assert.Equal(
            $"{Path.Combine(_run, "checkpoints", newer)} does not match its check sum, so it is damaged: "
            + "the run continues from another checkpoint, or starts again; the one before it is taken.",
            notice);
        Assert.Equal(4, checkpoint.State.Epoch);
        _folder.Save(kept: 2, stream => checkpoint.Write(stream, Run));
        checkpoint.Release();

        Assert.Equal(2, Files.Length);
        Assert.Equal(older, Files[0]);
        Assert.NotEqual(newer, Files[1]);
    }

    [Fact]
    public void Where_none_is_whole_or_none_is_there_one_sentence_says_so()
    {
        Assert.Equal(
            $"{_run} holds no checkpoint to resume from; give the folder of a run that was stopped, or begin anew.",
            Assert.Throws<OcsInputException>(() => _folder.ReadNewest()).Message);

        SaveRun(kept: 2);
        Array.ForEach(Files, Flip);
        Assert.StartsWith(
            $"No checkpoint in {Path.Combine(_run, "checkpoints")} is whole, so the run has to begin anew (",
            Assert.Throws<OcsInputException>(() => _folder.ReadNewest()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_write_that_fails_after_any_number_of_bytes_leaves_the_ones_before_and_nothing_else()
    {
        SaveRun(kept: 2);
        var before = Files;
        var (checkpoint, _, _) = _folder.ReadNewest();
        using var whole = new MemoryStream();
        checkpoint.Write(whole, Run);
        var dice = new Dice(5);
        long[] limits = [0, 1, 7, 8, 9, whole.Length - 33, whole.Length - 32, whole.Length - 1,
            .. Enumerable.Range(0, 50).Select(_ => (long)dice.Roll((int)whole.Length))];
        foreach (var limit in limits)
        {
            Assert.Throws<IOException>(() => _folder.Save(kept: 2, stream =>
            {
                using var full = new FullStream(stream, limit);
                checkpoint.Write(full, Run);
            }));
            Assert.Equal(before, Files);
        }

        checkpoint.Release();
        var (read, _, notice) = _folder.ReadNewest();
        Assert.Null(notice);
        read.Release();
    }

    [Fact]
    public void What_a_killed_writer_has_left_goes_with_the_next()
    {
        SaveRun(kept: 2);
        File.WriteAllText(Path.Combine(_run, "checkpoints", ".000009.safetensors.x.tmp"), "half");
        var (checkpoint, _, _) = _folder.ReadNewest();

        _folder.Save(kept: 2, stream => checkpoint.Write(stream, Run));

        checkpoint.Release();
        Assert.All(Files, file => Assert.EndsWith(".safetensors", file, StringComparison.Ordinal));
        _folder.Remove();
        Assert.False(_folder.Any);
    }

    [Fact]
    public void A_checkpoint_of_another_version_is_named()
    {
        SaveRun(kept: 2);
        var (checkpoint, _, _) = _folder.ReadNewest();
        _folder.Save(kept: 2, stream =>
        {
            using var written = new MemoryStream();
            checkpoint.Write(written, Run);
            var bytes = written.ToArray();
            bytes[bytes.AsSpan().IndexOf("{\"version\":2"u8) + 11] = (byte)'1';
            System.Security.Cryptography.SHA256.HashData(
                bytes.AsSpan(0, bytes.Length - 32), bytes.AsSpan(bytes.Length - 32));
            stream.Write(bytes);
        });
        checkpoint.Release();

        var (read, _, notice) = _folder.ReadNewest();
        Assert.Contains(
            "has version 1 of checkpoints, but this program reads version 2", notice, StringComparison.Ordinal);
        read.Release();
    }

    // At the start and after each of five epochs.
    private void SaveRun(int kept)
    {
        using var observer = new RecordingObserver
        {
            OnCheckpoint = checkpoint => _folder.Save(kept, stream => checkpoint.Write(stream, Run)),
        };
        using var trainer = TinyTask.Trainer(TinyTask.Pruning, observer);
        using var result = trainer.Run();
        Assert.Equal(6, observer.Checkpoints.Count);
    }

    private void Flip(string name)
    {
        var path = Path.Combine(_run, "checkpoints", name);
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 4;
        File.WriteAllBytes(path, bytes);
    }

    // As a disk that is full.
    private sealed class FullStream(Stream disk, long room) : Stream
    {
        private long _room = room;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => disk.Length;

        public override long Position
        {
            get => disk.Position;
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            disk.Write(buffer[..(int)Math.Min(buffer.Length, _room)]);
            _room -= buffer.Length;
            if (_room < 0)
            {
                throw new IOException("No space left on device");
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => disk.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
