using System.Globalization;
using Ocs.Reporting.Html;
using Ocs.RunLog;
using Ocs.Training.Runs;

namespace Ocs.Cli.Watching;

/// <summary>The pages of watched runs, from the current state of their files. Writes nothing.</summary>
/// <param name="folders">The runs' folders.</param>
internal sealed class RunPages(IReadOnlyList<string> folders)
{
    private static readonly string[] Files = [RunFolder.LogName, RunFolder.SummaryName, RunFolder.ConfigName];

    /// <summary>Fails if a folder is not a run's. Returns the folders in which no run has begun.</summary>
    public IReadOnlyList<string> Check()
    {
        Array.ForEach([.. folders], folder => Read(folder));
        return [.. folders.Where(RunDirectory.AwaitsRun)];
    }

    /// <summary>
    /// A page by its path: "/" is the run, or the comparison of several runs with pages "/1", "/2", ...; null for other
    /// paths.
    /// </summary>
    /// <exception cref="InvalidDataException">A folder no longer contains a run.</exception>
    public string? Page(string path) => (path, folders.Count) switch
    {
        ("/", 1) => HtmlReport.Render(Read(folders[0]), Version()),
        ("/", _) => Comparison(),
        _ when NumberOf(path) is { } number => HtmlReport.Render(Read(folders[number - 1]), Version()),
        _ => null,
    };

    /// <summary>Changes whenever a file of a run does.</summary>
    public string Version()
    {
        var hash = default(HashCode);
        foreach (var file in folders.SelectMany(
            folder => Files.Select(name => new FileInfo(Path.Combine(folder, name)))))
        {
            hash.Add(file.Exists ? (file.LastWriteTimeUtc.Ticks, file.Length) : default);
        }

        return hash.ToHashCode().ToString("x8", CultureInfo.InvariantCulture);
    }

    private static RunFolder Read(string folder) =>
        RunDirectory.AwaitsRun(folder)
            ? new(folder, [], Summary: null, Config: null, Notice: null)
            : RunLogReader.Read(folder);

    private string Comparison()
    {
        var version = Version();
        RunFolder[] runs = [.. folders.Select(Read)];
        return HtmlComparison.Render(runs, run => $"/{Array.IndexOf(runs, run) + 1}", version);
    }

    private int? NumberOf(string path) =>
        int.TryParse(path.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= 1
            && number <= folders.Count
            ? number
            : null;
}
