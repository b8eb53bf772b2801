using System.Diagnostics;
using System.Text.RegularExpressions;

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

/// <summary>A headless browser for one test: what it draws, and what it writes to the console.</summary>
internal sealed class Chromium : IDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];
    private readonly string _folder = Directory.CreateTempSubdirectory("ocs-chromium-").FullName;

    public static string? Path { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(System.IO.Path.PathSeparator)
        .SelectMany(folder => Names.Select(name => System.IO.Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    public string this[string name] => System.IO.Path.Combine(_folder, name);

    /// <summary>Writes a page, with a script of the test's own behind it.</summary>
    public string Write(string page, string script = "")
    {
        var path = this["page.html"];
        File.WriteAllText(path, page.Replace("</body>", $"<script>{script}</script></body>", StringComparison.Ordinal));
        return new Uri(path).AbsoluteUri;
    }

    /// <summary>The document after the scripts ran.</summary>
    public string Document(string address, int width = 1200) =>
        Run(address, $"--window-size={width},2400", "--virtual-time-budget=3000", "--dump-dom");

    /// <summary>What the window shows, as a PNG file's bytes.</summary>
    public byte[] Screenshot(string address, int width, int height, bool dark = false)
    {
        var path = this["shot.png"];
        string[] theme = dark ? ["--blink-settings=preferredColorScheme=0"] : [];
        Run(
            address,
            [
                $"--window-size={width},{height}", "--hide-scrollbars", "--virtual-time-budget=3000", .. theme,
                $"--screenshot={path}",
            ]);
        return File.ReadAllBytes(path);
    }

    /// <summary>The printed page, as a PDF file's bytes.</summary>
    public byte[] Paper(string address)
    {
        var path = this["page.pdf"];
        Run(address, "--no-pdf-header-footer", "--virtual-time-budget=3000", $"--print-to-pdf={path}");
        return File.ReadAllBytes(path);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Run(string address, params string[] arguments)
    {
        string[] all =
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--enable-logging=stderr", "--v=0", $"--user-data-dir={this["profile"]}",
            .. arguments, address,
        ];
        using var process = Process.Start(new ProcessStartInfo(Path!, all)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var log = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(3)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException("Chromium did not finish the page within three minutes.");
        }

        string[] words = [.. Regex.Matches(log.GetAwaiter().GetResult(), ".*CONSOLE.*").Select(match => match.Value)];
        Assert.Empty(words);
        return output.GetAwaiter().GetResult();
    }
}
