using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ocs.RunLog;

/// <summary>Reads a run's folder. A fault is an <see cref="InvalidDataException"/> with one sentence.</summary>
public static class RunLogReader
{
    private const long LongestLog = 1L << 30;
    private const long LongestSummary = 1L << 28;
    private const long LongestConfig = 1L << 24;

    /// <summary>Reads the log, the summary and the options in a run's folder.</summary>
    public static RunFolder Read(string runFolder)
    {
        if (!Directory.Exists(runFolder))
        {
            throw new InvalidDataException($"{runFolder} is not a folder: give the folder that a run has written.");
        }

        var log = Path.Combine(runFolder, RunFolder.LogName);
        var summary = Path.Combine(runFolder, RunFolder.SummaryName);
        var config = Path.Combine(runFolder, RunFolder.ConfigName);
        var samples = Path.Combine(runFolder, RunFolder.SamplesName);
        if (!File.Exists(log) && !File.Exists(summary))
        {
            throw new InvalidDataException(
                $"{runFolder} holds neither {RunFolder.LogName} nor {RunFolder.SummaryName}: "
                + "give the folder that a run has written.");
        }

        ImmutableArray<RunRecord> records = [];
        var notice = File.Exists(log) ? ReadLog(log, out records) : null;
        return new RunFolder(
            runFolder,
            records,
            File.Exists(summary) ? ReadSummary(summary) : null,
            File.Exists(config) ? Encoding.UTF8.GetString(InputFile.ReadInFolder(config, LongestConfig)) : null,
            notice)
        {
            Samples = File.Exists(samples)
                ? Parse(InputFile.ReadInFolder(samples, LongestSummary), RunLogJson.Default.RunSamples, samples)
                : null,
        };
    }

    /// <summary>Reads a log. Returns a sentence about an incomplete last line, or null.</summary>
    internal static string? ReadLog(string path, out ImmutableArray<RunRecord> records)
    {
        var read = ImmutableArray.CreateBuilder<RunRecord>();
        string? notice = null;
        ReadOnlySpan<byte> rest = InputFile.ReadInFolder(path, LongestLog);
        for (var number = 1; !rest.IsEmpty; number++)
        {
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[(end + 1)..];
            var place = $"{path}, line {number}";
            RunRecord record;
            try
            {
                record = ReadRecord(line, place);
            }
            catch (InvalidDataException) when (end < 0)
            {
                notice = $"{place}, is incomplete (the run was stopped while writing it) and was left out.";
                break;
            }

            if (read.Count > 0 && record.Epoch <= read[^1].Epoch)
            {
                throw new InvalidDataException($"{place}: epoch {record.Epoch} comes after epoch {read[^1].Epoch}.");
            }

            read.Add(record);
        }

        records = read.ToImmutable();
        return notice;
    }

    /// <summary>The readable lines of a damaged log, in ascending order of epochs, before a given epoch.</summary>
    internal static (byte[] Bytes, int Count) ReadableLines(ReadOnlySpan<byte> log, int endEpoch)
    {
        var (kept, count, next) = (new List<byte>(), 0, 0);
        for (var end = log.IndexOf((byte)'\n'); end >= 0; end = log.IndexOf((byte)'\n'))
        {
            var line = log[..(end + 1)];
            log = log[(end + 1)..];
            try
            {
                var record = ReadRecord(line, "");
                if (record.Epoch >= next && record.Epoch < endEpoch)
                {
                    kept.AddRange(line);
                    (count, next) = (count + 1, record.Epoch + 1);
                }
            }
            catch (InvalidDataException)
            {
                // Skipped; the caller reports the number.
            }
        }

        return ([.. kept], count);
    }

    private static RunRecord ReadRecord(ReadOnlySpan<byte> line, string place)
    {
        var record = Parse(line, RunLogJson.Default.RunRecord, place);
        return SummaryCheck.ProblemOf(record) is { } problem
            ? throw new InvalidDataException($"{place}: {problem}.")
            : record;
    }

    private static RunSummary ReadSummary(string path)
    {
        var summary = Parse(InputFile.ReadInFolder(path, LongestSummary), RunLogJson.Default.RunSummary, path);
        return SummaryCheck.ProblemOf(summary) is { } problem
            ? throw new InvalidDataException($"{path}: {problem}; give the folder that a run has written.")
            : summary;
    }

    private static T Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, string place)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type)
                ?? throw new InvalidDataException($"{place}: expected a JSON object, found null.");
        }
        catch (JsonException failure)
        {
            // The serializer's position follows after " Path:"; the message already names the line of the log.
            var reason = failure.Message.Split(" Path:", 2)[0].TrimEnd('.', ' ').ReplaceLineEndings(" ");
            var where = string.IsNullOrEmpty(failure.Path) || failure.Path == "$" ? "" : $" (at {failure.Path})";
            var line = type.Type == typeof(RunSummary) && failure.LineNumber is long n ? $", line {n + 1}" : "";
            throw new InvalidDataException($"{place}{line}: {reason}{where}.", failure);
        }
    }
}
