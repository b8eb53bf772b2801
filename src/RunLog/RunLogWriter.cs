using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ocs.Core.Interop;

namespace Ocs.RunLog;

/// <summary>Writes a run's folder: one line per epoch, and the summary at the end.</summary>
internal sealed class RunLogWriter : IDisposable
{
    private readonly string _folder;
    private readonly string _path;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<byte> _waiting = [];
    private FileStream _stream;
    private long _length;
    private int _nextEpoch;

    /// <summary>Begins the log of a run. Creates the folder if needed.</summary>
    public RunLogWriter(string runFolder)
        : this(runFolder, FileMode.Create)
    {
    }

    private RunLogWriter(string runFolder, FileMode mode)
    {
        _folder = runFolder;
        Directory.CreateDirectory(runFolder);

        _path = Path.Combine(runFolder, RunFolder.LogName);
        _stream = Open(_path, mode);
    }

    /// <summary>Resumes a log from a checkpoint. Later lines are removed.</summary>
    /// <returns>The writer, and a sentence if the log was damaged. Its readable lines are kept.</returns>
    public static (RunLogWriter Writer, string? Notice) Resume(string runFolder, RunLogPosition position)
    {
        var path = Path.Combine(runFolder, RunFolder.LogName);
        var log = File.Exists(path) ? File.ReadAllBytes(path) : [];
        var kept = log.AsSpan(0, (int)Math.Clamp(position.Bytes, 0, log.Length));
        string? notice = null;
        if (kept.Length != position.Bytes || Convert.ToHexStringLower(SHA256.HashData(kept)) != position.Sha256)
        {
            (kept, var count) = RunLogReader.ReadableLines(log, position.NextEpoch);
            var readable = kept.ToArray();
            AtomicFile.Replace(path, stream => stream.Write(readable));
            notice = $"{path} was changed outside the run: "
                + $"the {count} of its {position.NextEpoch} epochs that can be read are kept.";
        }

        var writer = new RunLogWriter(runFolder, FileMode.OpenOrCreate)
        {
            _length = kept.Length,
            _nextEpoch = position.NextEpoch,
        };
        writer._stream.SetLength(kept.Length);
        writer._hash.AppendData(kept);
        return (writer, notice);
    }

    /// <summary>Appends one line and flushes it to disk, after earlier lines that could not be written.</summary>
    /// <returns>Why it waits for the next call; null if it was written.</returns>
    public string? Append(RunRecord record)
    {
        _waiting.AddRange([.. JsonSerializer.SerializeToUtf8Bytes(record, RunLogJson.Line.RunRecord), (byte)'\n']);
        _nextEpoch = record.Epoch + 1;
        try
        {
            WriteWaiting();
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }

    /// <summary>The end of the log, with every line on the disk.</summary>
    /// <exception cref="IOException">A waiting line could not be written.</exception>
    public RunLogPosition Position()
    {
        WriteWaiting();
        return new(_length, Convert.ToHexStringLower(_hash.GetCurrentHash()), _nextEpoch);
    }

    /// <summary>Writes or replaces the run's summary.</summary>
    public void WriteSummary(RunSummary summary) => WriteSummary(_folder, summary);

    /// <summary>Writes or replaces the summary of a run that has no log, such as a one-shot cut.</summary>
    public static void WriteSummary(string runFolder, RunSummary summary)
    {
        Directory.CreateDirectory(runFolder);
        WriteJson(Path.Combine(runFolder, RunFolder.SummaryName), summary, RunLogJson.Indented.RunSummary);
    }

    /// <summary>Writes or replaces the run's profile.</summary>
    public void WriteProfile(RunProfile profile) =>
        WriteJson(Path.Combine(_folder, RunFolder.ProfileName), profile, RunLogJson.Indented.RunProfile);

    /// <summary>Writes or replaces the pictures of the run's samples.</summary>
    internal void WriteSamples(RunSamples samples) =>
        WriteJson(Path.Combine(_folder, RunFolder.SamplesName), samples, RunLogJson.Indented.RunSamples);

    internal static void WriteJson<T>(string path, T value, JsonTypeInfo<T> type) => AtomicFile.Replace(path, stream =>
    {
        JsonSerializer.Serialize(stream, value, type);
        stream.WriteByte((byte)'\n');
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _hash.Dispose();
    }

    // No buffer: this class must know how much a failed write has written.
    private static FileStream Open(string path, FileMode mode) =>
        new(path, mode, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);

    private void WriteWaiting()
    {
        if (NativeFiles.IdentityOf(_path, followLinks: true) != NativeFiles.IdentityOf(_stream.SafeFileHandle))
        {
            WriteAnew();
        }

        if (_waiting.Count == 0)
        {
            return;
        }

        // One write call: a kill leaves at most one incomplete line, at the end. A failed write may have left a part.
        byte[] bytes = [.. _waiting];
        _stream.SetLength(_length);
        _stream.Position = _length;
        _stream.Write(bytes);
        _stream.Flush(flushToDisk: true);
        _hash.AppendData(bytes);
        _length += bytes.Length;
        _waiting.Clear();
    }

    // The file was removed or replaced: the old content is only reachable by the open handle.
    private void WriteAnew()
    {
        var written = new byte[_length];
        _stream.Position = 0;
        _stream.ReadExactly(written);
        Directory.CreateDirectory(_folder);
        AtomicFile.Replace(_path, stream => stream.Write(written));
        _stream.Dispose();
        _stream = Open(_path, FileMode.Open);
    }
}
