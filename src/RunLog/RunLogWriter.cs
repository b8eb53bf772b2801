using System.Text.Json;

namespace Ocs.RunLog;

/// <summary>Writes a run's folder: one line an epoch, and the summary at the end.</summary>
public sealed class RunLogWriter : IDisposable
{
    private readonly string _folder;
    private readonly FileStream _stream;

    /// <summary>Opens the log of a run; the folder is made if it is not there.</summary>
    /// <param name="runFolder">The run's folder.</param>
    /// <param name="firstEpoch">The first epoch that will be written: a resumed run's log keeps what came before it.</param>
    public RunLogWriter(string runFolder, int firstEpoch = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstEpoch);
        _folder = runFolder;
        Directory.CreateDirectory(runFolder);
        string path = Path.Combine(runFolder, RunFolder.LogName);
        if (firstEpoch > 0 && File.Exists(path))
        {
            KeepBefore(path, firstEpoch);
            _stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        }
        else
        {
            _stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        }
    }

    /// <summary>Appends one line and pushes it to disk.</summary>
    public void Append(RunRecord record)
    {
        // One write call a line: a kill leaves at most one torn line, at the end.
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(record, RunLogJson.Line.RunRecord), (byte)'\n'];
        _stream.Write(line);
        _stream.Flush(flushToDisk: true);
    }

    /// <summary>Writes or replaces the run's summary.</summary>
    public void WriteSummary(RunSummary summary) => WriteSummary(_folder, summary);

    /// <summary>Writes or replaces the summary of a run that has no log, such as a one-shot cut.</summary>
    public static void WriteSummary(string runFolder, RunSummary summary)
    {
        Directory.CreateDirectory(runFolder);
        AtomicFile.Write(Path.Combine(runFolder, RunFolder.SummaryName), stream =>
        {
            JsonSerializer.Serialize(stream, summary, RunLogJson.Indented.RunSummary);
            stream.WriteByte((byte)'\n');
        });
    }

    /// <summary>Writes or replaces the run's profile.</summary>
    public void WriteProfile(RunProfile profile) =>
        AtomicFile.Write(Path.Combine(_folder, RunFolder.ProfileName), stream =>
        {
            JsonSerializer.Serialize(stream, profile, RunLogJson.Indented.RunProfile);
            stream.WriteByte((byte)'\n');
        });

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static void KeepBefore(string path, int firstEpoch)
    {
        RunLogReader.ReadLog(path, out var records);
        AtomicFile.Write(path, stream =>
        {
            foreach (var record in records.Where(r => r.Epoch < firstEpoch))
            {
                JsonSerializer.Serialize(stream, record, RunLogJson.Line.RunRecord);
                stream.WriteByte((byte)'\n');
            }
        });
    }
}
