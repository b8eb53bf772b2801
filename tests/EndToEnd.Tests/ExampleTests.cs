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
    public void A_loop_of_ones_own_learns_with_fewer_macs()
    {
        var epochs = Regex.Matches(Run("OwnLoop", "depth.onnx"), @"epoch \d: ([\d,]+) MACs, loss ([\d.]+)");
        var (first, last) = (epochs[0], epochs[^1]);

        Assert.Equal(8, epochs.Count);
        Assert.InRange(Macs(last), 1, 0.55 * Macs(first));
        Assert.InRange(Loss(last), 0, 0.3 * Loss(first));

        static double Macs(Match line) => double.Parse(line.Groups[1].Value.Replace(",", "", StringComparison.Ordinal));
        static double Loss(Match line) => double.Parse(line.Groups[2].Value);
    }

    [Fact]
    public void Own_data_and_an_own_loss_of_two_inputs_and_two_outputs_are_learnt_with_half_of_the_macs()
    {
        var figures = Regex.Match(
            Run("OwnData", "spots.onnx"), @"^([\d,]+) -> ([\d,]+) MACs, position error ([\d.]+), gate passed: True");

        Assert.True(figures.Success);
        Assert.InRange(Number(2), 1, Number(1) / 2);

        // A network that sees nothing has the variance of the positions, 0.15.
        Assert.InRange(Number(3), 0, 0.06);

        double Number(int group) =>
            double.Parse(figures.Groups[group].Value.Replace(",", "", StringComparison.Ordinal));
    }

    // Bright squares in small pictures; what is tested is that all parts fit together, not what is learnt in seconds.
    [Fact]
    public void Boxes_of_voc_files_are_trained_on_with_a_detector_that_is_cut_and_exported()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.PathOf("images"));
        Directory.CreateDirectory(folder.PathOf("boxes"));
        for (var image = 0; image < 20; image++)
        {
            var (left, top) = (4 + (image * 7 % 30), 4 + (image * 11 % 30));
            File.WriteAllBytes(folder.PathOf($"images/{image}.ppm"), Picture(left, top));
            File.WriteAllText(
                folder.PathOf($"boxes/{image}.xml"),
                $"<annotation><filename>{image}.ppm</filename><size><width>64</width><height>64</height></size>"
                + $"<object><name>{(image % 2 == 0 ? "square" : "box")}</name><bndbox><xmin>{left + 1}</xmin>"
                + $"<ymin>{top + 1}</ymin><xmax>{left + 24}</xmax><ymax>{top + 24}</ymax></bndbox></object>"
                + "</annotation>");
        }

        var output = Run("Detection", "detector.onnx", folder.PathOf("images"), folder.PathOf("boxes"), "3", "64");
        Assert.StartsWith("16 images to train on, 4 to measure on.\n", output, StringComparison.Ordinal);
        Assert.Equal(3, Regex.Count(output, @"epoch \d: [\d,]+ MACs, loss [\d.]+, mAP@.5 [\d.]+ %, COCO AP [\d.]+ %"));
        var figures = Regex.Match(output, @"([\d,]+) -> ([\d,]+) MACs, mAP@.5 [\d.]+ %, gate passed: True");
        Assert.True(figures.Success, output);
        Assert.InRange(Number(2), 1, 0.7 * Number(1));

        double Number(int group) =>
            double.Parse(figures.Groups[group].Value.Replace(",", "", StringComparison.Ordinal));

        static byte[] Picture(int left, int top) =>
        [
            .. "P6 64 64 255\n"u8,
            .. Enumerable.Range(0, 64 * 64).SelectMany(pixel => Enumerable.Repeat(
                (byte)(pixel % 64 >= left && pixel % 64 < left + 24 && pixel / 64 >= top && pixel / 64 < top + 24
                    ? 230
                    : 40 + (pixel * 13 % 50)),
                3)),
        ];
    }

    [Fact]
    public void An_onnx_file_is_pruned_to_another()
    {
        using var folder = new TemporaryFolder();
        using (var network = Network.Load("cifar_resnet8"))
        {
            network.Save(folder.PathOf("large.onnx"));
        }

        Assert.Matches(
            @"^[\d,]+ -> [\d,]+ MACs, proof passed: True",
            Run("PruneOnnx", "small.onnx", folder.PathOf("large.onnx")));
    }

    // AdamW, an average of the weights, two inputs, lane padding: killed at any moment, it ends as if nothing had been.
    [Fact]
    public void A_run_of_a_program_that_is_killed_goes_on_to_the_same_network()
    {
        using var folder = new TemporaryFolder();
        var whole = Directory.CreateDirectory(folder.PathOf("whole"));
        var killed = Directory.CreateDirectory(folder.PathOf("killed"));
        Assert.Contains("gate passed: True, stopped: False", Complete(whole), StringComparison.Ordinal);
        foreach (var line in new[] { "epoch 0", "epoch 2", "epoch 4" })
        {
            using var process = Start("ResumeRun", killed.FullName, "often");
            while (process.StandardOutput.ReadLine() is { } said && !said.StartsWith(line, StringComparison.Ordinal))
            {
            }

            process.Kill();
            process.WaitForExit();
            Assert.False(File.Exists(Path.Combine(killed.FullName, "run", "summary.json")));
        }

        Complete(killed);
        foreach (var file in new[] { "model.safetensors", "model.ocs", "best.ocs", "pruned.onnx" })
        {
            Assert.Equal(Bytes(whole, file), Bytes(killed, file));
        }

        using var network = Network.Load(Path.Combine(killed.FullName, "run", "pruned.onnx"));
        Assert.Equal(2, network.Graph.InputNodes.Count());

        static byte[] Bytes(DirectoryInfo place, string file) =>
            File.ReadAllBytes(Path.Combine(place.FullName, "run", file));

        static string Complete(DirectoryInfo place)
        {
            using var process = Start("ResumeRun", place.FullName, "often");
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            return output;
        }
    }

    [Fact]
    public void A_criterion_a_ranking_and_a_budget_of_ones_own_make_a_smaller_file()
    {
        var output = Run("OwnCriterion", "small.onnx");
        var bytes = Regex.Match(output, @"^([\d,]+) -> ([\d,]+) bytes\n");

        // 270,896 weights of 8 bits. In 32 bits: four numbers of each of 784 normalised channels, 10 biases, 21
        // counters.
        Assert.Equal(270_896 + 4 * (4 * 784 + 10 + 21), Number(1));
        Assert.InRange(1 - Number(2) / Number(1), 0.4, 0.45);
        Assert.EndsWith(
            "saliency: largest-weight\nranking: stages\nresource: bytes of the file\n",
            output,
            StringComparison.Ordinal);

        double Number(int group) => double.Parse(bytes.Groups[group].Value.Replace(",", "", StringComparison.Ordinal));
    }

    [Fact]
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
    public void A_text_is_learnt_with_half_of_the_parameters_and_written_on()
    {
        using var folder = new TemporaryFolder();
        var line = "the cat sat on the mat, and the dog sat on the log.\n";
        var text = folder.Write("lines.txt", string.Concat(Enumerable.Repeat(line, 80)));
        var output = Run("Text", "gpt.onnx", text, "4");
        var figures = Regex.Match(
            output, @"\n([\d,]+) -> ([\d,]+) parameters, ([\d.]+) nats, perplexity ([\d.]+), gate passed: True\n");

        Assert.True(figures.Success, output);
        Assert.InRange(Number(2), 0.4 * Number(1), 0.51 * Number(1));
        Assert.InRange(Number(3), 0, 1);
        Assert.Contains("the", output[(figures.Index + figures.Length)..], StringComparison.Ordinal);

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

    [Fact]
    public void A_training_is_logged_measured_and_reported_step_by_step()
    {
        using var folder = new TemporaryFolder();
        using var process = Start("Observed", folder.Path);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);

        Assert.Matches(@"info: training\[1000\] Training of cifar_resnet8 began: 4 epochs of 31 steps, ", output);
        Assert.Equal(4, Regex.Count(output, @"info: training\[1010\] Epoch \d "));
        Assert.Matches(@"info: training\[1031\] The cut is proven", output);
        Assert.Matches(@"epoch 0, step 30 of 31: loss [\d.]+, \d+:\d\d left", output);
        var end = Regex.Match(output, @"stopped: False, accuracy [\d.]+\s?%, MACs on the way: ([\d,]+) and ([\d,]+)\n");
        Assert.True(end.Success, output);
        Assert.InRange(Number(2), 1, Number(1) / 2);

        double Number(int group) => double.Parse(end.Groups[group].Value.Replace(",", "", StringComparison.Ordinal));
    }

    // From its own folder: in that of the tests are no packages that the command finds in ASP.NET.
    private static string ProgramOf(string example)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(own.Parent!.Parent!.FullName, example, own.Name, $"Ocs.{example}.dll");
    }

    private static Process Start(string example, string folder, params string[] arguments) => Process.Start(
        new ProcessStartInfo("dotnet", [ProgramOf(example), .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;

    // Runs an example in a folder of its own, where it leaves a file; what it printed.
    private static string Run(string example, string file, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("ocs-example-");
        try
        {
            using var process = Start(example, folder.FullName, arguments);
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
