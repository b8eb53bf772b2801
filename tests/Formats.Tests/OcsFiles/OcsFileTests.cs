using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Formats.Tests.OcsFiles;

[NoTensorLeaks]
public sealed class OcsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Each operator of the zoo is in one of these at least.
    public static TheoryData<string> ZooNames =>
    [
        "cifar_resnet20", "cifar_resnet20_a", "cifar_vgg16", "cifar_vit", "efficientnet_b0", "maxvit_t",
        "regnet_y_400mf", "shufflenet_v2_x0_5", "squeezenet1_1", "swin_t", "swin_v2_t",
    ];

    [Theory]
    [MemberData(nameof(ZooNames))]
    public void A_network_of_the_zoo_comes_back_bit_for_bit(string name) => RoundTrip(Models.Build(name), 7);

    [Fact]
    public void Random_networks_come_back_bit_for_bit()
    {
        for (var seed = 0UL; seed < 60; seed++)
        {
            RoundTrip(SmallGraphs.Random(seed), seed);
            RoundTrip(new RandomGraph((int)seed, 5).Build(), seed);
        }
    }

    [Fact]
    public void Random_transformers_come_back_bit_for_bit()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            RoundTrip(new RandomTransformer(seed, Blocks: 2, Norms: true).Build(), (ulong)seed);
            RoundTrip(new RandomDetector(seed).Build(), (ulong)seed);
        }
    }

    [Fact]
    public void A_reloaded_network_computes_the_same_outputs_whatever_the_layout_was()
    {
        var graph = Models.Build("cifar_resnet20");
        using var parameters = SmallGraphs.Parameters(graph, 3);
        var executor = new Executor(graph, parameters, MemoryFormat.ChannelsLast);
        using var input = Tensor.Full([2, 3, 32, 32], 0.25);
        using var noGrad = Autograd.NoGrad();
        using var expected = executor.Forward(input, training: false);
        OcsFile.Write(_folder.PathOf("a.ocs"), graph, parameters);
        using var model = OcsFile.Read(_folder.PathOf("a.ocs"));
        var reloaded = new Executor(model.Graph, model.Parameters, MemoryFormat.ChannelsLast);
        using var actual = reloaded.Forward(input, training: false);

        Compare.Same(expected, actual);
    }

    [Fact]
    public void The_pruning_record_comes_back()
    {
        var record = new PruningRecord
        {
            OriginalModel = "cifar_resnet20",
            Groups = [new(0, "conv1", 16, [0, 2, 15]), new(1, "layer1.0.conv1 \"ü\"", 16, [])],
            MacsBefore = 1L << 40,
            MacsAfter = 17,
            ParametersBefore = 100,
            ParametersAfter = 3,
            Target = 0.1 + 0.2,
            StableEpoch = 12,
            CutEpoch = 13,
            Seed = ulong.MaxValue,
            Options = "epochs: 300\ntarget: 0.5\n",
        };
        var graph = SmallGraphs.Random(1);
        using var parameters = SmallGraphs.Parameters(graph, 1);
        OcsFile.Write(_folder.PathOf("a.ocs"), graph, parameters, record);
        using var model = OcsFile.Read(_folder.PathOf("a.ocs"));

        var read = model.Record!;
        Assert.Equal(
            record with { Groups = ImmutableArray<GroupRecord>.Empty },
            read with { Groups = ImmutableArray<GroupRecord>.Empty });
        Assert.Equal(
            record.Groups.Select(group => group with { Kept = [] }),
            read.Groups.Select(group => group with { Kept = [] }));
        Assert.Equal(record.Groups.SelectMany(group => group.Kept), read.Groups.SelectMany(group => group.Kept));
    }

    [Fact]
    public void Special_values_keep_their_bits()
    {
        var g = new GraphBuilder("special");
        var graph = g.Build(g.Linear("fc", g.Input("x", 4), 1));
        using var parameters = ParameterTable.FromTensors(graph, new Dictionary<string, Tensor>
        {
            ["fc.weight"] = Tensor.FromArray(
                [
                    -0f, BitConverter.Int32BitsToSingle(unchecked((int)0xFFC12345)), float.Epsilon,
                    float.NegativeInfinity,
                ],
                [1, 4]),
            ["fc.bias"] = Tensor.FromArray([float.NaN], [1]),
        });
        OcsFile.Write(_folder.PathOf("a.ocs"), graph, parameters);
        using var model = OcsFile.Read(_folder.PathOf("a.ocs"));

        Compare.Same(parameters, model.Parameters);
    }

    [Fact]
    public void A_network_without_parameters_is_a_file_too()
    {
        var g = new GraphBuilder("bare");
        var graph = g.Build(g.Relu("relu", g.Input("x", 2)));
        using var parameters = ParameterTable.Initialize(graph, 0);
        OcsFile.Write(_folder.PathOf("a.ocs"), graph, parameters);
        using var model = OcsFile.Read(_folder.PathOf("a.ocs"));

        Compare.Same(graph, model.Graph);
    }

    [Fact]
    public void A_failure_while_writing_leaves_the_old_file_and_nothing_else()
    {
        var path = _folder.PathOf("a.ocs");
        var graph = SmallGraphs.Random(2);
        using (var parameters = SmallGraphs.Parameters(graph, 2))
        {
            OcsFile.Write(path, graph, parameters);
        }

        var before = File.ReadAllBytes(path);
        using var others = SmallGraphs.Parameters(graph, 3);
        // Its shape is remembered, so the layout still comes about; its elements are gone when their turn comes.
        var last = others[graph.Parameters[^1].Name];
        Assert.Equal(graph.Parameters[^1].ElementCount, last.ElementCount);
        last.Dispose();

        Assert.Throws<ObjectDisposedException>(() => OcsFile.Write(path, graph, others));
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_failure_in_the_middle_of_a_write_leaves_the_old_file_and_nothing_else()
    {
        var path = _folder.PathOf("a.txt");
        File.WriteAllText(path, "old");

        Assert.Throws<OcsInputException>(() => WholeFile.Write(path, stream =>
        {
            stream.Write("half of the n"u8);
            throw new IOException("no space left on device");
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_file_is_told_by_its_beginning()
    {
        var graph = SmallGraphs.Random(2);
        using var parameters = SmallGraphs.Parameters(graph, 2);
        OcsFile.Write(_folder.PathOf("a.bin"), graph, parameters);
        File.WriteAllText(_folder.PathOf("b.ocs"), "OCSMODE");

        Assert.True(OcsFile.IsOcsFile(_folder.PathOf("a.bin")));
        Assert.False(OcsFile.IsOcsFile(_folder.PathOf("b.ocs")));
        Assert.False(OcsFile.IsOcsFile(_folder.PathOf("none.ocs")));
    }

    [Fact]
    public void Paths_that_are_no_files_are_the_users_errors()
    {
        var graph = SmallGraphs.Random(2);
        using var parameters = SmallGraphs.Parameters(graph, 2);
        foreach (var path in new[] { "", _folder.Path, _folder.PathOf("none/a.ocs") })
        {
            Assert.Throws<OcsInputException>(() => OcsFile.Read(path));
            Assert.Throws<OcsInputException>(() => OcsFile.Write(path, graph, parameters));
        }
    }

    private void RoundTrip(Graph graph, ulong seed)
    {
        using var parameters = SmallGraphs.Parameters(graph, seed);
        OcsFile.Write(_folder.PathOf("a.ocs"), graph, parameters);
        using var model = OcsFile.Read(_folder.PathOf("a.ocs"));

        Compare.Same(graph, model.Graph);
        Compare.Same(parameters, model.Parameters);
        Assert.Null(model.Record);
    }
}
