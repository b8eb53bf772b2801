using System.Diagnostics;
using Ocs.RunLog;

namespace Ocs.EndToEnd.Tests;

/// <summary>The program as a process of its own.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Ctrl_C_stops_the_process_and_leaves_a_usable_folder()
    {
        var run = _folder.PathOf("run");
        var config = _folder.Write("run.yaml", """
            model: cifar_resnet8
            data: fashion-mnist
            data-limit: 256
            training: { epochs: 10000, batch-size: 32, layout: contiguous }
            """);
        using var process = Start("baseline", config, "--out", run);
        while (process.StandardOutput.ReadLine() is { } line && !line.StartsWith("epoch ", StringComparison.Ordinal))
        {
        }

        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"]))
        {
            kill.WaitForExit();
        }

        var rest = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("Stopped in epoch", rest, StringComparison.Ordinal);
        Assert.Contains($"`ocs train --resume {run}` resumes it.", rest, StringComparison.Ordinal);
        Assert.NotEmpty(Directory.EnumerateFiles(Path.Combine(run, "checkpoints")));
        Assert.NotNull(RunLogReader.Read(run).Summary);
        Assert.True(File.Exists(Path.Combine(run, "model.ocs")));
    }

    [Fact]
    public void Inspecting_a_zoo_network_needs_no_native_library()
    {
        using var process = Start("inspect", "cifar_resnet20", "--json");
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        Assert.Equal(0, process.ExitCode);
        Assert.Contains("\"macs\": 40813184", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Doctor_calls_a_missing_shim_a_problem_and_says_what_to_do()
    {
        using var process = Start("doctor");
        var words = process.StandardOutput.ReadToEnd().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();

        Assert.Equal(1, process.ExitCode);
        var output = string.Join(' ', words);
        Assert.Contains(
            "libtorch problem OCS_TORCH_SHIM names /nonexistent/libocs_torch.so, which does not exist: set it to ",
            output, StringComparison.Ordinal);
        Assert.EndsWith(
            "Training does not work here until the problems are solved.", output, StringComparison.Ordinal);
    }

    private static Process Start(params string[] args)
    {
        // A shell's background jobs ignore SIGINT, and so would what they start.
        var start = new ProcessStartInfo(
            "env", ["--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, "ocs.dll"), .. args])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // A path at which there is no shim: who needs libtorch fails.
        if (args[0] is "inspect" or "doctor")
        {
            start.Environment["OCS_TORCH_SHIM"] = "/nonexistent/libocs_torch.so";
        }

        return Process.Start(start)!;
    }
}
