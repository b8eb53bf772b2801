using Ocs.Formats;
using Ocs.Graphs;

namespace Ocs.Cli.Tests.Commands;

/// <summary>
/// What commands write of an ONNX file can take its place, and what holds no network is told from one that does.
/// </summary>
[NoTensorLeaks]
public sealed class OnnxCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _network;

    public OnnxCommandTests()
    {
        _network = _folder.PathOf("network.onnx");
        var g = new GraphBuilder("network");
        var x = g.Relu("relu", g.Conv2d("conv", g.Input("input", 3, 8, 8), 12, 3));
        var network = g.Build(g.Linear("fc", g.Flatten("flatten", g.AdaptiveAveragePool2d("pool", x, 1)), 5)) with
        {
            Origin = new([new("image", "Float", ["n", null, null, null])], [new("scores", "Float", ["n", null])])
            {
                Opset = 15,
                WeightType = "Float",
                GraphName = "theirs",
                Metadata = [new("author", "somebody")],
            },
        };
        using var parameters = ParameterTable.Initialize(network, seed: 1);
        OnnxFile.Write(_network, network, parameters);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Prune_and_export_keep_names_opset_and_words()
    {
        var (cut, native, again) =
            (_folder.PathOf("cut.onnx"), _folder.PathOf("cut.ocs"), _folder.PathOf("again.onnx"));

        var pruned = CommandLine.Run("prune", _network, "--target", "0.5", "--out", cut);
        CommandLine.Run("prune", _network, "--target", "0.5", "--out", native);
        var exported = CommandLine.Run("export", native, "--onnx", again);

        Assert.Equal((0, 0), (pruned.Code, exported.Code));
        Assert.Contains("`ocs baseline` with `model:", pruned.Output, StringComparison.Ordinal);
        foreach (var file in new[] { _network, cut, again })
        {
            using var read = OnnxFile.Read(file);
            var origin = read.Graph.Origin!;
            Assert.Equal(
                ("image", "scores", 15, "theirs"),
                (origin.Inputs[0].Name, origin.Outputs[0].Name, origin.Opset, origin.GraphName));
            Assert.Equal(("n", "author"), (origin.Inputs[0].Sizes[0], Assert.Single(origin.Metadata).Key));
        }
    }

    [Fact]
    public void Another_opset_is_chosen_for_the_file()
    {
        var newer = _folder.PathOf("newer.onnx");

        Assert.Equal(0, CommandLine.Run("export", _network, "--onnx", newer, "--opset", "18").Code);

        using var read = OnnxFile.Read(newer);
        Assert.Equal(18, read.Graph.Origin!.Opset);
    }

    [Fact]
    public void A_file_of_weights_is_told_from_a_network()
    {
        var weights = _folder.PathOf("net.pth");
        using (var read = OnnxFile.Read(_network))
        {
            PyTorchFile.Write(weights, read.Parameters);
        }

        Assert.Equal(
            $"{weights} holds weights only, without a network; export the network to ONNX "
                + "(torch.onnx.export) and give that file, "
            + $"or name the zoo network that the weights are for, with --weights {weights}.",
            CommandLine.Fails("inspect", weights));
        var text = _folder.Write("net.txt", "no network");
        Assert.Equal(
            $"{text} is not an .ocs file; give one that `ocs` wrote, an .onnx file, or a name of the zoo (`ocs "
                + "models` lists them).", CommandLine.Fails("inspect", text));
    }
}
