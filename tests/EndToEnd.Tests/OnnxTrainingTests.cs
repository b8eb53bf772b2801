using System.Text.Json;
using Ocs.Cli.Tests;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.RunLog;

namespace Ocs.EndToEnd.Tests;

/// <summary>From an ONNX file to a pruned one: trained, cut, exported, verified, and read by every command.</summary>
[NoTensorLeaks]
public sealed class OnnxTrainingTests : IDisposable
{
    private const string Config = """
        data: fashion-mnist
        data-limit: 512
        seed: 1
        training: { epochs: 3, batch-size: 64, learning-rate: 0.01, schedule: cosine,
          layout: contiguous, padding: never }
        pruning: { target: 0.5, sparsity-start-epoch: 1, latest-cut-epoch: 2 }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly string _config;
    private readonly string _onnx;
    private readonly string _run;

    public OnnxTrainingTests()
    {
        _config = _folder.Write("run.yaml", Config);
        _onnx = _folder.PathOf("network.onnx");
        _run = _folder.PathOf("run");
    }

    public void Dispose() => _folder.Dispose();

    [PythonFact]
    public void A_network_of_PyTorch_is_trained_cut_exported_and_verified() => ANetworkOfPyTorch("kept");

    [PythonFact]
    public void So_is_one_whose_norms_the_exporter_folded() => ANetworkOfPyTorch("folded");

    [Fact]
    public void So_is_one_of_our_own_whose_norms_were_folded()
    {
        CommandLine.Run("export", "cifar_resnet8", "--input-channels", "1", "--onnx", _onnx, "--fold-batch-norm");
        TrainsAndIsRead();
    }

    [Fact]
    public void An_onnx_file_is_pruned_to_another_one()
    {
        CommandLine.Run("export", "cifar_resnet8", "--input-channels", "1", "--onnx", _onnx, "--fold-batch-norm");
        var smaller = _folder.PathOf("smaller.onnx");

        var pruned = CommandLine.Run("prune", _onnx, "--target", "0.5", "--out", smaller, "--json").Json;

        Assert.True(pruned.GetProperty("gate").GetProperty("passed").GetBoolean());
        Assert.InRange(
            (double)pruned.GetProperty("macs_after").GetInt64() / pruned.GetProperty("macs_before").GetInt64(), 0.4,
            0.5);
        Assert.Equal(pruned.GetProperty("macs_after").GetInt64(), Inspect(smaller).GetProperty("macs").GetInt64());
        Assert.True(new FileInfo(smaller).Length < 0.7 * new FileInfo(_onnx).Length);
    }

    [Theory]
    [InlineData(
        "has 7 classes, but fashion-mnist has 10; choose the data set that it was made for, or start with a new last "
        + "layer of 10 classes: --reset-classifier (reset-classifier: true).",
        1,
        7)]
    [InlineData(
        "input 'input' has size 3 in dimension 1, but 1 was stated, with --input-size or by the data set: "
        + "give inputs that the file takes.",
        3,
        10)]
    [InlineData("gives 4x26x26 for an image instead of a number for each class; give a network that classifies.", 1, 0)]
    [InlineData(
        "takes 2 inputs (input, other), but fashion-mnist has images only; give a network of one input.", 1, -1)]
    public void A_file_that_does_not_fit_the_data_says_how(string sentence, int channels, int classes)
    {
        WriteNetwork(channels, classes);

        var said = CommandLine.Fails("train", _config, "--out", _run, "--set", $"model={_onnx}");

        Assert.StartsWith(_onnx, said, StringComparison.Ordinal);
        Assert.EndsWith(sentence, said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_run));
        CommandLine.Fails("eval", _onnx, "--data", "fashion-mnist", "--data-limit", "10");
    }

    [Fact]
    public void Other_classes_get_a_new_last_layer_and_a_run_without_pruning_writes_its_network()
    {
        WriteNetwork(1, 7);

        var trained = CommandLine.Run(
            "baseline", _config, "--out", _run, "--set", $"model={_onnx}", "--set", "training.epochs=1", "--set",
            "data-limit=64", "--set", "reset-classifier=true");

        trained.AssertGood();
        using var before = OnnxFile.Read(_onnx);
        using var after = OnnxFile.Read(Path.Combine(_run, "model.onnx"));
        Assert.Equal([1L, 10], after.Graph.Nodes[after.Graph.Outputs[0]].Shape.AsEnumerable());
        Assert.Equal(Interface(_onnx), Interface(Path.Combine(_run, "model.onnx")));
        Assert.Equal(before.Parameters["conv.weight"].Shape.ToArray(), after.Parameters["conv.weight"].Shape.ToArray());
    }

    [Fact]
    public void A_softmax_at_the_end_is_warned_of()
    {
        WriteNetwork(1, 10, endsInSoftmax: true);

        var trained = CommandLine.Run(
            "baseline", _config, "--out", _run, "--set", $"model={_onnx}", "--set", "training.epochs=1", "--set",
            "data-limit=64");

        Assert.Equal(0, trained.Code);
        Assert.Contains(
            "Warning: small ends in a softmax, but the loss needs its input; export it without one.",
            trained.Output, StringComparison.Ordinal);
    }

    private void ANetworkOfPyTorch(string norms)
    {
        var (code, said) = Python.Run(Path.Combine(AppContext.BaseDirectory, "torch_network.py"), _onnx, norms);
        Assert.True(code == 0, said);
        TrainsAndIsRead();
    }

    private void TrainsAndIsRead()
    {
        var trained = CommandLine.Run("train", _config, "--out", _run, "--set", $"model={_onnx}");

        // So few steps may teach random weights nothing, and then exit code 3 says so.
        Assert.True(trained.Code is 0 or 3, trained.Error);
        var summary = RunLogReader.Read(_run).Summary!;
        Assert.Equal(_onnx, summary.Weights);
        Assert.InRange(1 - (double)summary.MacsAfter / summary.MacsBefore, 0.5, 0.6);
        Assert.True(summary.Gate!.Passed);
        Assert.True(summary.Onnx!.Equal);

        var (pruned, native) = (Path.Combine(_run, "pruned.onnx"), Path.Combine(_run, "model.ocs"));
        foreach (var file in new[] { pruned, native })
        {
            Assert.Equal((summary.ValAccuracy, summary.MacsAfter, summary.ParametersAfter), Evaluate(file));
            Exports(file);
        }

        Assert.Equal(summary.MacsBefore, Evaluate(_onnx).Macs);
        Assert.Equal(Interface(_onnx), Interface(pruned));
        Assert.Equal(Prunable(native), Prunable(pruned));
        IsTimed(_onnx, pruned, native);
    }

    private static (double Accuracy, long Macs, long Parameters) Evaluate(string file)
    {
        var found = CommandLine.Run("eval", file, "--data", "fashion-mnist", "--data-limit", "512", "--json").Json;
        return (
            found.GetProperty("accuracy").GetDouble(),
            found.GetProperty("macs").GetInt64(),
            found.GetProperty("parameters").GetInt64());
    }

    private void Exports(string file)
    {
        var exported = CommandLine.Run(
            "export", file, "--onnx", _folder.PathOf("newer.onnx"), "--opset", "21", "--json");
        Assert.Equal(0, exported.Code);
        Assert.True(exported.Json.GetProperty("onnx").GetProperty("equal").GetBoolean());
    }

    private static void IsTimed(params string[] files)
    {
        var timed = CommandLine.Run(["bench", .. files, "--runs", "2", "--warm-up", "0", "--threads", "1", "--json"]);
        Assert.Equal(0, timed.Code);
        Assert.Equal(2 * files.Length, timed.Json.GetProperty("rows").GetArrayLength());
    }

    private static (string Input, string Output, long Opset) Interface(string file)
    {
        using var model = OnnxFile.Read(file);
        return (
            Assert.Single(model.Graph.InputNames),
            Assert.Single(model.Graph.NamedOutputs).Name,
            model.Graph.Origin!.Opset);
    }

    private static JsonElement Inspect(string file) => CommandLine.Run("inspect", file, "--json").Json;

    private static string[] Prunable(string file) =>
    [
        .. Inspect(file).GetProperty("groups").EnumerateArray()
            .Where(group => !group.GetProperty("frozen").GetBoolean())
            .Select(group => $"{group.GetProperty("channels")} of {group.GetProperty("kind")}")
            .Order(StringComparer.Ordinal),
    ];

    // Of no classes it gives its last image, and less than none are a second input.
    private void WriteNetwork(int channels, int classes, bool endsInSoftmax = false)
    {
        var g = new GraphBuilder("small");
        var x = g.Input("input", channels, 28, 28);
        if (classes < 0)
        {
            x = g.Add("sum", x, g.Input("other", channels, 28, 28));
        }

        x = g.Conv2d("conv", x, 4, 3);
        if (classes != 0)
        {
            x = g.Flatten("flatten", g.AdaptiveAveragePool2d("pool", x, 1));
            x = g.Linear("fc", x, classes < 0 ? 10 : classes);
            x = endsInSoftmax ? g.Add("softmax", new Softmax(1), [x], []) : x;
        }

        var graph = g.Build(x);
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        OnnxFile.Write(_onnx, graph, parameters);
    }
}
