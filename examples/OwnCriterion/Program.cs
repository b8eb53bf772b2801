using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Saliency;
using Ocs.Pruning.Search;

// Removes 40 % of the file. Each stage of the network loses the same fraction of its channels.
using var network = Network.Load("cifar_resnet20");
var options = new PruneOptions
{
    Target = 0.4,
    CustomSaliency = new LargestWeight(),
    CustomRanking = new ClassRanking("stages", group => group.Name.Split('.')[0]),
    CustomResource = new FileBytes(),
};
using var cut = network.Prune(options);
cut.Network.Save("small.onnx");
Console.WriteLine(
    $"{FileBytes.Of(network.Graph.Parameters):N0} -> {FileBytes.Of(cut.Network.Graph.Parameters):N0} bytes");
Console.Write(cut.Record.Options);

/// <summary>The saliency of a channel is its largest weight, averaged over its layers.</summary>
internal sealed class LargestWeight : ISaliency
{
    public string Name => "largest-weight";

    public IEnumerable<double[]> Score(IReadOnlyList<GroupSlices> groups) => groups.Select(group =>
        group.MeanOverMembers((member, channel) => group.ValuesOf(member, channel).Max(value => Math.Abs(value))));
}

/// <summary>The bytes of a file with 8-bit weights and other parameters in 32 bits.</summary>
internal sealed class FileBytes : IResource
{
    public string Name => "bytes of the file";

    public static long Of(IEnumerable<ParameterSpec> parameters) => parameters.Sum(parameter =>
        NodeShapes.ElementCount(parameter.Shape) * (parameter.Role == ParameterRole.Weight ? 1 : 4));

    public long Count(SubnetworkSizes sizes) => Of(sizes.Parameters);
}
