using Google.Protobuf;
using Ocs.Formats.Tests.Onnx.Keeping;
using Onnx;

namespace Ocs.Cli.Tests.Commands;

/// <summary>Commands on ONNX files with nodes that are not read.</summary>
[NoTensorLeaks]
public sealed class KeptNodesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Inspect_names_the_nodes_and_why_channels_stay()
    {
        var file = Write(WildFile.Of("ArgMax of pixels"));

        var text = CommandLine.Run("inspect", file);
        var json = CommandLine.Run("inspect", file, "--json").Json;

        Assert.Contains(
            "kept as it is: ArgMax 'ArgMax_8': nothing that is cut or trained depends on it", text.Output, Ordinal);
        Assert.Contains("frozen: read by ArgMax 'ArgMax_8', kept as it is", text.Output, Ordinal);
        Assert.Equal("ArgMax", json.GetProperty("kept")[0].GetProperty("operator").GetString());
    }

    [Fact]
    public void Prune_compares_the_cut_file_with_the_whole_one()
    {
        var (file, cut) = (Write(WildFile.Of("TopK of classes")), _folder.PathOf("cut.onnx"));

        var result = CommandLine.Run("prune", file, "--target", "0.5", "--round-to", "1", "--out", cut);

        Assert.Equal(0, result.Code);
        Assert.Contains(
            "Not supported, and kept with the channels that they need: TopK 'TopK_8': no layer with weights depends "
                + "on it.",
            result.Error, Ordinal);
        Assert.Contains("computes the expected outputs under ONNX Runtime", result.Error, Ordinal);
        var nodes = ModelProto.Parser.ParseFrom(File.ReadAllBytes(cut)).Graph.Node;
        Assert.Contains(nodes, node => node.OpType == "TopK");
    }

    [Fact]
    public void Prune_compares_and_times_files_of_free_sizes_at_the_size_that_they_were_read_for()
    {
        var (model, cut) = (WildFile.Of("ArgMax of pixels"), _folder.PathOf("cut.onnx"));
        var sizes = model.Graph.Input[0].Type.TensorType.Shape.Dim;
        var size = string.Join('x', sizes.Skip(1).Select(dimension => dimension.DimValue));
        (sizes[2], sizes[3]) = (new() { DimParam = "height" }, new() { DimParam = "width" });

        var result = CommandLine.Run(
            "prune", Write(model), "--target", "0.5", "--round-to", "1", "--input-size", size, "--out", cut);

        Assert.Equal(0, result.Code);
        Assert.Contains("computes the expected outputs under ONNX Runtime", result.Error, Ordinal);
        Assert.Contains("Under ONNX Runtime", result.Output, Ordinal);
        Assert.Equal(
            ["height", "width"], ModelProto.Parser.ParseFrom(File.ReadAllBytes(cut)).Graph.Input[0].Type.TensorType
                .Shape.Dim.Skip(2).Select(dimension => dimension.DimParam));
    }

    [Fact]
    public void A_file_of_unknown_operators_is_written_as_it_was()
    {
        var (file, again) = (Write(WildFile.Unknown()), _folder.PathOf("again.onnx"));

        var result = CommandLine.Run("prune", file, "--target", "0.5", "--out", again);

        Assert.Equal(0, result.Code);
        Assert.Equal(
            "No part of the file can be cut, so its 2 nodes stay unchanged (Stamp 'Stamp_0': the operator Stamp of "
            + "domain 'com.example' is not supported).\n",
            result.Error);
        Assert.Equal(
            WildFile.Unknown().Graph, ModelProto.Parser.ParseFrom(File.ReadAllBytes(again)).Graph);
    }

    [Fact]
    public void Verify_needs_a_second_file()
    {
        var (file, again) = (Write(WildFile.Of("TopK of classes")), _folder.PathOf("again.onnx"));

        Assert.Contains("give a second file", CommandLine.Run("verify", file).Error, Ordinal);
        CommandLine.Run("export", file, "--onnx", again);
        Assert.Equal(0, CommandLine.Run("verify", file, again).Code);
    }

    [Fact]
    public void Export_does_not_mix_opsets()
    {
        var file = Write(WildFile.Of("TopK of classes"));

        var result = CommandLine.Run("export", file, "--onnx", _folder.PathOf("b.onnx"), "--opset", "13");

        Assert.Equal(2, result.Code);
        Assert.EndsWith("a file has one opset: leave the opset out.\n", result.Error, Ordinal);
        Assert.False(File.Exists(_folder.PathOf("b.onnx")));
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;

    private string Write(ModelProto model)
    {
        var path = _folder.PathOf("wild.onnx");
        File.WriteAllBytes(path, model.ToByteArray());
        return path;
    }
}
