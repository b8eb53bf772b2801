using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Ocs.EndToEnd.Tests;

/// <summary>The README's example does what it says.</summary>
public sealed class QuickStartTests
{
    [Fact]
    public void The_example_leaves_a_pruned_onnx_file()
    {
        var folder = Directory.CreateTempSubdirectory("ocs-quickstart-");
        try
        {
            var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Ocs.QuickStart.dll")])
            {
                WorkingDirectory = folder.FullName,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            };
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            var figures = Regex.Match(output, @"^([\d,]+) -> ([\d,]+) MACs, accuracy ([\d.]+)");
            Assert.True(figures.Success, output);
            Assert.InRange(Number(2), 1, Number(1) / 2);
            Assert.InRange(Number(3), 50, 100);
            Assert.True(new FileInfo(Path.Combine(folder.FullName, "pruned.onnx")).Length > 10_000);

            double Number(int group) => double.Parse(figures.Groups[group].Value.Replace(",", "", StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
