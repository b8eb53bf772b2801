using System.Diagnostics;
using System.Globalization;
using Ocs.Cli.Tests;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.EndToEnd.Tests;

/// <summary>Two real processes on this machine.</summary>
public sealed class DistributedTests : IDisposable
{
    private const int MillisecondsOfAMinute = 60_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData]
    [InlineData("--teacher", "start", "--set", "distill.weight=0.5")]
    public void Two_processes_end_fifty_steps_with_the_weights_of_one(params string[] more)
    {
        var config = Config(
            WithoutNorms(), "training: { epochs: 2, batch-size: 16, learning-rate: 0.02, layout: contiguous }");
        Assert.Equal(0, CommandLine.Run(["baseline", config, "--out", _folder.PathOf("one"), .. more]).Code);
        var output = Run(["baseline", config, "--out", _folder.PathOf("two"), "--processes", "2", .. more]);

        Assert.Contains("2 processes end with the same weights.", output, StringComparison.Ordinal);
        using var one = OcsFile.Read(_folder.PathOf("one/model.ocs"));
        using var two = OcsFile.Read(_folder.PathOf("two/model.ocs"));
        using var start = OcsFile.Read(_folder.PathOf("plain.ocs"));
        foreach (var name in one.Parameters.Names)
        {
            Assert.InRange(Distance(one.Parameters[name], two.Parameters[name]), 0, 1e-5);
            Assert.InRange(Distance(one.Parameters[name], start.Parameters[name]), 1e-3, double.PositiveInfinity);
        }
    }

    [Fact]
    public void Two_processes_cut_the_same_channels_and_end_with_the_same_weights()
    {
        var run = _folder.PathOf("run");
        var config = Config("cifar_resnet8", """
            training: { epochs: 3, batch-size: 40 }
            pruning: { sparsity-start-epoch: 0, latest-cut-epoch: 1 }
            """);
        var output = Run("train", config, "--out", run, "--processes", "2");

        Assert.Contains("the gate passed.", output, StringComparison.Ordinal);
        Assert.Contains("2 processes end with the same weights.", output, StringComparison.Ordinal);
        Assert.Equal(3, File.ReadLines(Path.Combine(run, "run.jsonl")).Count());
        using var model = OcsFile.Read(Path.Combine(run, "model.ocs"));
        Assert.True(model.Graph.Macs < model.Record!.MacsBefore);
    }

    [Fact]
    public async Task A_killed_process_ends_the_other_within_a_minute_with_a_sentence()
    {
        var config = Config("cifar_resnet8", "training: { epochs: 10000, batch-size: 40, layout: contiguous }");
        var port = Ranks.FreePort();
        var arguments = new[] { "baseline", config, "--out", _folder.PathOf("run") };
        using var first = Start(arguments, Rendezvous.OnThisMachine(port, 0, 2));
        using var second = Start(arguments, Rendezvous.OnThisMachine(port, 1, 2));
        var sentence = first.StandardError.ReadToEndAsync();
        while (first.StandardOutput.ReadLine() is { } line && !line.StartsWith("epoch ", StringComparison.Ordinal))
        {
        }

        second.Kill();
        var ended = first.WaitForExit(MillisecondsOfAMinute);
        first.Kill();

        Assert.True(ended);
        Assert.Equal(1, first.ExitCode);
        Assert.Matches(
            "^Rank 0 of 2: another process of the run is gone or does not answer \\([^:]*\\[127.0.0.1\\].*\\), so this "
                + "one ends too; look at its "
            + "messages, and start all of them again\\.$",
            (await sentence).Trim());
    }

    [Fact]
    public async Task A_run_that_lost_a_process_goes_on_from_its_last_checkpoint_as_if_it_had_not()
    {
        var (whole, broken) = (_folder.PathOf("whole"), _folder.PathOf("broken"));
        var config = Config("cifar_resnet8", """
            training: { epochs: 5, batch-size: 40, layout: contiguous, padding: never }
            pruning: { sparsity-start-epoch: 0, latest-cut-epoch: 3 }
            """);
        Run("train", config, "--out", whole, "--processes", "2");
        var port = Ranks.FreePort();
        using (var first = Start(["train", config, "--out", broken], Rendezvous.OnThisMachine(port, 0, 2)))
        using (var second = Start(["train", config, "--out", broken], Rendezvous.OnThisMachine(port, 1, 2)))
        {
            var errors = first.StandardError.ReadToEndAsync();
            while (first.StandardOutput.ReadLine() is { } line
                && !line.StartsWith("epoch   1", StringComparison.Ordinal))
            {
            }

            second.Kill();
            Assert.True(first.WaitForExit(MillisecondsOfAMinute));
            Assert.Equal((1, true), (first.ExitCode, (await errors).Length > 0));
        }

        var output = Run("train", "--resume", broken, "--processes", "2");

        Assert.Matches("Continues in epoch [12], after 0 of its steps\\.", output);
        Assert.Contains("2 processes end with the same weights.", output, StringComparison.Ordinal);
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(whole, "model.safetensors")),
            File.ReadAllBytes(Path.Combine(broken, "model.safetensors")));
        Assert.Equal(5, File.ReadLines(Path.Combine(broken, "run.jsonl")).Count());
    }

    [Fact]
    public void Processes_of_one_machine_speak_over_its_loopback_alone()
    {
        var config = Config("cifar_resnet8", "training: { epochs: 10000, batch-size: 40, layout: contiguous }");
        using var parent = Start(
            ["baseline", config, "--out", _folder.PathOf("run"), "--processes", "2"], rendezvous: null);
        while (parent.StandardOutput.ReadLine() is { } line && !line.StartsWith("epoch ", StringComparison.Ordinal))
        {
        }

        var addresses = Children(parent.Id).SelectMany(Addresses).Distinct(StringComparer.Ordinal).ToList();
        parent.Kill(entireProcessTree: true);

        Assert.Equal(["0100007F"], addresses);
    }

    [Fact]
    public void Mistakes_are_told_once_for_all_processes()
    {
        var run = _folder.PathOf("run");
        Directory.CreateDirectory(run);
        _folder.Write("run/file.txt", "mine");
        Assert.Equal(
            $"The run folder {run} exists already; give another one with --out, or --force to replace the run in it.",
            Refused("baseline", Config("cifar_resnet8", ""), "--out", run));
        Assert.Equal(
            "--resume nowhere: there is no such folder; give the folder of a stopped run.",
            Refused("train", "--resume", "nowhere"));

        static string Refused(params string[] arguments)
        {
            using var process = Start([.. arguments, "--processes", "2"], rendezvous: null);
            var sentence = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(2, process.ExitCode);
            return sentence.Trim();
        }
    }

    private static IEnumerable<int> Children(int parent) => Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(
            Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0 && File.Exists($"/proc/{id}/stat")
        && File.ReadAllText($"/proc/{id}/stat").Split(") ")[^1].Split(' ')[1] == $"{parent}")
        .ToList();

    // The addresses, as /proc/net/tcp writes them, at which a process waits for others or speaks with them.
    private static IEnumerable<string> Addresses(int process)
    {
        var sockets = Directory.EnumerateFiles($"/proc/{process}/fd")
            .Select(file => new FileInfo(file).LinkTarget).ToHashSet(StringComparer.Ordinal);
        return new[] { "tcp", "tcp6" }.SelectMany(kind => File.ReadLines($"/proc/{process}/net/{kind}").Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(row => sockets.Contains($"socket:[{row[9]}]"))
            .Select(row => row[1].Split(':')[0]);
    }

    private static string Run(params string[] arguments)
    {
        using var process = Start(arguments, rendezvous: null);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(("", 0), (errors.Result, process.ExitCode));
        return output;
    }

    private static Process Start(string[] arguments, Rendezvous? rendezvous)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ocs.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        foreach (var (name, value) in rendezvous?.ToEnvironment() ?? [])
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private string Config(string model, string options) =>
        _folder.Write("run.yaml", $"model: {model}\ndata: fashion-mnist\ndata-limit: 400\n{options}");

    // Batch norm sees its own part of a batch only, so the comparison with one process needs a network without.
    private string WithoutNorms()
    {
        var g = new GraphBuilder("plain");
        var x = g.Relu(
            "relu1", g.Conv2d("conv1", g.Input("input", 1, 28, 28), 8, kernel: 3, stride: 2, padding: 1, bias: true));
        x = g.Relu("relu2", g.Conv2d("conv2", x, 12, kernel: 3, stride: 2, padding: 1, bias: true));
        var graph = g.Build(g.Linear("fc", g.Flatten("flatten", x), 10));
        using var parameters = ParameterTable.Initialize(graph, seed: 5);
        var path = _folder.PathOf("plain.ocs");
        OcsFile.Write(path, graph, parameters, record: null);
        return path;
    }

    private static double Distance(Tensor expected, Tensor actual)
    {
        var values = expected.ToArray<float>();
        var difference = values.Zip(actual.ToArray<float>(), (a, b) => Math.Pow(a - b, 2)).Sum();
        return Math.Sqrt(difference / values.Sum(a => (double)a * a));
    }
}
