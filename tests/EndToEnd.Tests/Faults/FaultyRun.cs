using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Ocs.Cli.Tests;
using Ocs.Reporting.TensorBoard;
using Ocs.Torch;
using Xunit.Abstractions;

namespace Ocs.EndToEnd.Tests.Faults;

/// <summary>
/// A run of seconds in a process of its own, which saves after every step, and the one that was never stopped beside
/// it.
/// </summary>
internal sealed partial class FaultyRun : IDisposable
{
    /// <summary>Two epochs of each phase, four steps each.</summary>
    public const string Config = """
        model: cifar_resnet8
        data: fashion-mnist
        data-limit: 64
        seed: 1
        training: { epochs: 6, batch-size: 16, schedule: cosine, layout: channels-last, padding: always,
          checkpoint-minutes: 0.000001, evaluation-batch-size: 32 }
        pruning: { target: 0.5, sparsity-start-epoch: 2, latest-cut-epoch: 4 }
        """;

    /// <summary>The program, for processes that are started in other ways.</summary>
    public static readonly string Program = Path.Combine(AppContext.BaseDirectory, "ocs.dll");

    /// <summary>What begins the run.</summary>
    public static readonly string[] Arguments = ["train", "../run.yaml", "--out", Name];

    /// <summary>What goes on with it, in its place.</summary>
    public static readonly string[] Resumption = ["train", "--resume", Name];

    private const string Name = "run";
    private readonly TemporaryFolder _folder = new();

    /// <param name="training">What the training options say beside <see cref="Config"/>.</param>
    public FaultyRun(string training = "") =>
        _folder.Write("run.yaml", Config.Replace("training: {", $"training: {{ {training}", StringComparison.Ordinal));

    /// <summary>How much of each fault is tried; OCS_FAULTS says so, or a few in the usual tests.</summary>
    public static int Trials(int usual) => Environment.GetEnvironmentVariable("OCS_FAULTS") is { } text
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : usual;

    /// <summary>A row of docs/reliability.md: where OCS_FAULTS_TABLE names a file, there, too.</summary>
    public static void Tell(ITestOutputHelper output, string fault, int tried, int survived, string how)
    {
        var row = $"| {fault} | {tried} | {survived} | {tried - survived} | {how} |";
        output.WriteLine(row);
        if (Environment.GetEnvironmentVariable("OCS_FAULTS_TABLE") is { } file)
        {
            File.AppendAllText(file, row + "\n");
        }
    }

    /// <summary>
    /// The folder that a run called <paramref name="name"/> works in, so that all of them have the same command line.
    /// </summary>
    public string Place(string name) => Directory.CreateDirectory(_folder.PathOf(name)).FullName;

    public static string RunIn(string place) => Path.Combine(place, Name);

    /// <summary>Begins the run.</summary>
    public static Process Begin(string place, params string[] more) => Start(place, [.. Arguments, .. more]);

    public static Process Resume(string place, params string[] more) =>
        Start(place, ["train", "--resume", Name, .. more]);

    /// <summary>
    /// Goes on in this process, where no process is what is tested: the start of one takes longer than the run.
    /// </summary>
    public static void ResumeHere(string place, params string[] more)
    {
        var result = Here(place, ["train", "--resume", Name, .. more]);
        Assert.True(result.Code == 0, $"exit code {result.Code}: {result.Error}{result.Output}");
    }

    /// <summary>Runs a command in this process to an end with one sentence on standard error.</summary>
    public static string FailHere(string place, int code, params string[] arguments)
    {
        var result = Here(place, arguments);
        Assert.Equal(code, result.Code);
        return Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Runs a command in this process, in a folder and on one thread as <see cref="Start"/> does.</summary>
    public static CommandResult Here(string place, params string[] arguments)
    {
        var (folder, threads) = (Directory.GetCurrentDirectory(), TorchRuntime.Threads);
        Directory.SetCurrentDirectory(place);
        TorchRuntime.Threads = 1;
        try
        {
            return CommandLine.Run(arguments);
        }
        finally
        {
            TorchRuntime.Threads = threads;
            Directory.SetCurrentDirectory(folder);
        }
    }

    /// <summary>Runs to the end, which must be good.</summary>
    public static void Complete(Process process)
    {
        using (process)
        {
            var (output, error) = Drain(process);
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}: {error.Result}{output.Result}");
        }
    }

    /// <summary>Runs to an end with one sentence on standard error.</summary>
    public static string Fail(Process process, int code)
    {
        using (process)
        {
            var (_, error) = Drain(process);
            process.WaitForExit();
            Assert.Equal(code, process.ExitCode);
            return Assert.Single(error.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    /// <summary>Reads what a process says while it runs, for it waits when nobody does.</summary>
    public static (Task<string> Output, Task<string> Error) Drain(Process process) =>
        (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());

    /// <summary>Two folders must hold the same run: every file to the bit, but for wall-clock times.</summary>
    public static void AssertSame(string expected, string actual)
    {
        Assert.Equal(Names(expected), Names(actual));
        foreach (var file in Names(expected).Where(name => name != "report.html"))
        {
            var (left, right) = (Path.Combine(expected, file), Path.Combine(actual, file));
            if (file is "run.jsonl" or "summary.json")
            {
                Assert.Equal(WithoutClock(File.ReadAllText(left)), WithoutClock(File.ReadAllText(right)));
            }
            else if (file == EventFile.FileName)
            {
                // Every number in it has a fixed width, and most are times.
                Assert.Equal(new FileInfo(left).Length, new FileInfo(right).Length);
            }
            else
            {
                Assert.True(
                    File.ReadAllBytes(left).AsSpan().SequenceEqual(File.ReadAllBytes(right)), $"{file} differs");
            }
        }
    }

    public static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Reads what a process says up to a line.</summary>
    public static string Until(Process process, string start)
    {
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith(start, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException(
            $"The process ended before it said '{start}': {process.StandardError.ReadToEnd()}");
    }

    /// <summary>
    /// Starts a command of the program, with the usual signals: a shell starts what runs in the background with some of
    /// them ignored, and the tests may run so.
    /// </summary>
    public static Process Start(string place, string[] arguments) =>
        StartIn(place, "env", ["--default-signal=HUP,INT,TERM", "dotnet", Program, .. arguments]);

    /// <summary>Starts anything in a folder.</summary>
    public static Process StartIn(string place, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = place,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        return Process.Start(start)!;
    }

    private static IEnumerable<string> Names(string folder) =>
        Directory.EnumerateFileSystemEntries(folder)
            .Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal);

    private static string WithoutClock(string json) => Clock().Replace(json, "$1");

    // A run that was gone on with after its cut has no times of steps in turns.
    [GeneratedRegex(
        "(\"([a-z_]*second[a-z_]*|wait_fraction)\": ?)[-0-9.eE]+|(?<=\"step_seconds_(before|after)\": ?)null")]
    private static partial Regex Clock();
}
