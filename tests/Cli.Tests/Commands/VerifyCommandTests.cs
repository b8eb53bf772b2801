using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Cli.Tests.Commands;

/// <summary>`ocs verify`, and the check at the end of `ocs export`.</summary>
[NoTensorLeaks]
public sealed class VerifyCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _network;

    public VerifyCommandTests()
    {
        _network = _folder.PathOf("network.ocs");
        Write(_network, firstConvolution: null);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_exported_network_computes_the_same_under_onnx_runtime()
    {
        var onnx = _folder.PathOf("network.onnx");

        var exported = CommandLine.Run("export", _network, "--onnx", onnx, "--json");
        var verified = CommandLine.Run("verify", _network, onnx, "--batch", "3", "--json");

        Assert.True(exported.Json.GetProperty("onnx").GetProperty("equal").GetBoolean());
        Assert.InRange(exported.Json.GetProperty("onnx").GetProperty("largest_difference").GetDouble(), 0, 1e-4);
        Assert.Contains($"{onnx} computes under ONNX Runtime", exported.Error, StringComparison.Ordinal);
        Assert.Equal(0, verified.Code);
        Assert.Equal(
            ["a", "a_runtime", "b", "b_runtime", "tolerance", "equal", "outputs"],
            verified.Json.EnumerateObject().Select(property => property.Name));
        Assert.StartsWith("libtorch", verified.Json.GetProperty("a_runtime").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("ONNX Runtime", verified.Json.GetProperty("b_runtime").GetString(), StringComparison.Ordinal);
        var output = Assert.Single(verified.Json.GetProperty("outputs").EnumerateArray());
        Assert.Equal("fc", output.GetProperty("output").GetString());
        Assert.InRange(
            output.GetProperty("largest_relative").GetDouble(), output.GetProperty("mean_relative").GetDouble(), 1e-4);
    }

    [Fact]
    public void One_network_is_compared_with_itself_under_the_other_runtime()
    {
        var onnx = _folder.PathOf("network.onnx");
        CommandLine.Run("export", _network, "--onnx", onnx);

        Assert.Equal(["libtorch", "ONNX", "0"], Runtimes(_network));
        Assert.Equal(["libtorch", "ONNX", "0"], Runtimes(onnx));

        static string[] Runtimes(string network)
        {
            var verified = CommandLine.Run("verify", network, "--json");
            return [.. new[] { "a_runtime", "b_runtime" }.Select(name => verified.Json.GetProperty(name)
                .GetString()!.Split(' ')[0]), $"{verified.Code}"];
        }
    }

    [Fact]
    public void Networks_that_differ_end_in_exit_code_1_and_a_sentence()
    {
        var other = _folder.PathOf("other.ocs");
        Write(other, firstConvolution: 0.5);

        var verified = CommandLine.Run("verify", _network, other);
        var tolerated = CommandLine.Run("verify", _network, other, "--tolerance", "1e9");

        Assert.Equal(1, verified.Code);
        Assert.Matches(
            @" are not shown to compute the same: the output 'fc' differs by \d\.\de[+-]\d+ of its largest value, "
            + @"more than 1\.0e-4\.$",
            verified.Error.Trim());
        Assert.Equal((0, ""), (tolerated.Code, tolerated.Error));
    }

    // The first convolution has no bias: on zeros its weights do not matter.
    [Fact]
    public void Given_inputs_are_what_is_compared_on()
    {
        var other = _folder.PathOf("other.ocs");
        Write(other, firstConvolution: 0.5);
        var (zeros, ones) = (Inputs("zeros", 0), Inputs("ones", 1));

        Assert.Equal(0, CommandLine.Run("verify", _network, other, "--input", zeros).Code);
        Assert.Equal(1, CommandLine.Run("verify", _network, other, "--input", ones).Code);
    }

    [Fact]
    public void Inputs_and_networks_that_do_not_fit_are_named()
    {
        var (grey, two) = (_folder.PathOf("grey.ocs"), _folder.PathOf("two.safetensors"));
        using (var parameters = ParameterTable.Initialize(Models.Build("cifar_resnet8", NetworkInput.Mnist), seed: 0))
        {
            OcsFile.Write(grey, Models.Build("cifar_resnet8", NetworkInput.Mnist), parameters);
        }

        using (var tensor = Tensor.Zeros([1, 3, 32, 32]))
        {
            SafetensorsFile.Write(two, [KeyValuePair.Create("a", tensor), KeyValuePair.Create("b", tensor)]);
        }

        Assert.EndsWith(
            "takes Float32 [any, 3, 32, 32] as 'input', but "
                + grey + " takes Float32 [any, 1, 28, 28]; give networks for the same inputs.",
            CommandLine.Fails("verify", _network, grey),
            StringComparison.Ordinal);
        Assert.EndsWith(
            "takes Float32 [any, 3, 32, 32] as 'input', but Float32 [2, 3, 16, 16] is given; give another --input.",
            CommandLine.Fails("verify", _network, _network, "--input", Inputs("small", 0, size: 16)),
            StringComparison.Ordinal);
        Assert.EndsWith(
            $"has no tensor 'input', which {_network} takes (it has 'a', 'b'); name the tensors as "
                + "the network's inputs.",
            CommandLine.Fails("verify", _network, _network, "--input", two),
            StringComparison.Ordinal);
        Assert.Contains(
            "nowhere.safetensors could not be read",
            CommandLine.Fails("verify", _network, _network, "--input", _folder.PathOf("nowhere.safetensors")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_onnx_file_that_is_missing_or_damaged_is_named()
    {
        var (onnx, missing) = (_folder.PathOf("network.onnx"), _folder.PathOf("nowhere.onnx"));
        CommandLine.Run("export", _network, "--onnx", onnx);
        var damaged = _folder.PathOf("damaged.onnx");
        File.WriteAllBytes(damaged, File.ReadAllBytes(onnx)[..1000]);

        Assert.Equal(
            $"{missing} does not exist; give the path of an ONNX file.",
            CommandLine.Fails("verify", _network, missing));
        Assert.Matches(
            $"^ONNX Runtime [0-9.]+ does not load {damaged} \\(.+\\)\\.$",
            CommandLine.Fails("verify", _network, damaged));
        Assert.Matches(
            $"^ONNX Runtime [0-9.]+ does not load {damaged} \\(.+\\)\\.$", CommandLine.Fails("bench", damaged));
    }

    private static void Write(string path, double? firstConvolution)
    {
        var graph = Models.Build("cifar_resnet8");
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        if (firstConvolution is { } bound)
        {
            using var noGrad = Autograd.NoGrad();
            Aten.UniformInPlace(parameters["conv1.weight"], -bound, bound);
        }

        OcsFile.Write(path, graph, parameters);
    }

    private string Inputs(string name, double value, int size = 32)
    {
        var path = _folder.PathOf($"{name}.safetensors");
        using var images = Tensor.Full([2, 3, size, size], value);
        SafetensorsFile.Write(path, [KeyValuePair.Create("images", images)]);
        return path;
    }
}
