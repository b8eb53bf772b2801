using System.Diagnostics;
using System.Text.RegularExpressions;
using Ocs.Reporting.Html;

namespace Ocs.Reporting.Tests;

/// <summary>Runs only where Chromium is installed; elsewhere the test is skipped with a word.</summary>
internal sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute()
    {
        if (Chromium.Path is null)
        {
            Skip = "Chromium is not installed (apt-get install chromium): the page was not drawn.";
        }
    }
}

internal static class Chromium
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    public static string? Path { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(System.IO.Path.PathSeparator)
        .SelectMany(folder => Names.Select(name => System.IO.Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    /// <summary>Opens a page, and returns its document after the scripts ran, and what it wrote to the console.</summary>
    public static (string Document, string Log) Open(string page, string profile)
    {
        string[] arguments =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--enable-logging=stderr", "--v=0", $"--user-data-dir={profile}",
            "--window-size=1200,3000", "--virtual-time-budget=3000", "--dump-dom", new Uri(page).AbsoluteUri,
        ];
        using var process = Process.Start(new ProcessStartInfo(Path!, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var document = process.StandardOutput.ReadToEndAsync();
        var log = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(60)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException("Chromium did not finish the page within a minute.");
        }

        return (document.GetAwaiter().GetResult(), log.GetAwaiter().GetResult());
    }
}

public sealed class ChromiumTests
{
    [ChromiumFact]
    public void Every_chart_is_drawn_without_a_word_on_the_console()
    {
        string folder = Directory.CreateTempSubdirectory("ocs-chromium-").FullName;
        try
        {
            SampleRun.WriteTo(folder);
            var (document, log) = Chromium.Open(HtmlReport.Write(folder), Path.Combine(folder, "profile"));

            Assert.DoesNotContain(":CONSOLE", log, StringComparison.Ordinal);
            Assert.Equal(5, Regex.Count(document, "<canvas"));
            Assert.Equal(2 * SampleRun.Folder.Summary!.Layers.Length, Regex.Count(document, "class=\"column\""));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
