using System.Diagnostics;
using System.Text.RegularExpressions;
using Ocs.Formats;
using Ocs.Graphs;

namespace Ocs.EndToEnd.Tests;

/// <summary>The examples of the pages do what they say.</summary>
public sealed class ExampleTests
{
    [Fact]
    public void The_readme_example_leaves_a_pruned_onnx_file()
    {
        var figures = Regex.Match(Run("QuickStart", "pruned.onnx"), @"^([\d,]+) -> ([\d,]+) MACs, accuracy ([\d.]+)");

        Assert.InRange(Number(2), 1, Number(1) / 2);
        Assert.InRange(Number(3), 50, 100);

        double Number(int group) => double.Parse(
            figures.Groups[group].Value.Replace(",", "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_loop_of_ones_own_learns_with_half_of_the_macs()
    {
        var epochs = Regex.Matches(Run("OwnLoop", "spot.onnx"), @"epoch \d: ([\d,]+) MACs, loss ([\d.]+)");
        var (first, last) = (epochs[0], epochs[^1]);

        Assert.Equal(8, epochs.Count);
        Assert.InRange(Macs(last), 1, Macs(first) / 2);
        Assert.InRange(Loss(last), 0, Math.Min(0.01, Loss(first)));

        static double Macs(Match line) => double.Parse(line.Groups[1].Value.Replace(",", "", StringComparison.Ordinal));
        static double Loss(Match line) => double.Parse(line.Groups[2].Value);
    }

    [OnnxRuntimeFact]
    public void An_operator_of_ones_own_is_trained_cut_saved_and_exported()
    {
        var figures = Regex.Match(
            Run("CustomOperator", "corners.onnx"),
            @"^([\d,]+) -> ([\d,]+) MACs, accuracy ([\d.]+) %, gate passed: True\n"
            + @"(\d+) of 16 slopes, difference (\S+)");

        Assert.True(figures.Success);
        Assert.InRange(Number(2), 1, Number(1) / 2);
        Assert.InRange(Number(3), 90, 100);
        Assert.InRange(Number(4), 1, 15);
        Assert.InRange(Number(5), 0, 1e-4);

        double Number(int group) => double.Parse(
            figures.Groups[group].Value.Replace(",", "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_network_is_loaded_with_weights_of_a_file_run_and_saved()
    {
        using var folder = new TemporaryFolder();
        using (var network = Network.Load("resnet18"))
        {
            network.Save(folder.PathOf("resnet18.pth"));
        }

        // torchvision states 1.814 billion MACs.
        Assert.StartsWith(
            "1,814,073,344 MACs, scores Float32 [8, 1000] cpu",
            Run("LoadRunSave", "resnet18.onnx", folder.PathOf("resnet18.pth")), StringComparison.Ordinal);
    }

    // Runs an example in a folder of its own, where it leaves a file; what it printed.
    private static string Run(string example, string file, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("ocs-example-");
        try
        {
            var start = new ProcessStartInfo(
                "dotnet", [Path.Combine(AppContext.BaseDirectory, $"Ocs.{example}.dll"), .. arguments])
            {
                WorkingDirectory = folder.FullName,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            };
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            Assert.True(new FileInfo(Path.Combine(folder.FullName, file)).Length > 1000, output);
            return output;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
