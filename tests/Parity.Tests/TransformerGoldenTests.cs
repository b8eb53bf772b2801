using System.Text.Json;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Saliency;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Parity.Tests;

/// <summary>
/// vit_b_16 against the reference, whose coupling is coarser: it takes an attention as one layer as wide as the tokens,
/// so that with a token's channel the same channel of queries, keys and values leaves, in every head at once: 64 units
/// of 12 channels. Ours makes attention of its parts: the width of the tokens, the MLPs and the heads are cut each by
/// itself.
/// </summary>
[NoTensorLeaks]
public sealed class TransformerGoldenTests : IDisposable
{
    private const int Layers = 12;
    private const int Heads = 12;
    private const int HeadWidth = 64;

    private readonly GoldenModel _golden = GoldenModel.Load("vit_b_16");

    public void Dispose() => _golden.Dispose();

    [Fact]
    public void Every_group_of_the_reference_is_one_of_ours()
    {
        foreach (var group in _golden.Json["groups"]!.AsArray())
        {
            var ours = _golden.Coupling.Groups[_golden.GroupOf[(int)group!["id"]!]];
            Assert.True(ours.IsPrunable);
            Assert.Equal((int)group["channels"]!, ours.Channels);
            foreach (var (weight, dimension, indices) in group["members"]!.AsArray().SelectMany(
                member => GoldenModel.WeightsOf(member!.AsArray())))
            {
                Assert.Equal(indices, ours.Members.Single(member => member.Parameter == weight
                    && member.Dimension == dimension).Indices);
            }
        }
    }

    [Fact]
    public void Beyond_them_the_heads_of_each_layer_leave_by_themselves()
    {
        var others = Enumerable.Range(0, _golden.Coupling.Groups.Length)
            .Where(position => _golden.Coupling.Groups[position].IsPrunable && !_golden.GroupOf.ContainsValue(position))
            .Select(position => _golden.Coupling.Groups[position])
            .ToList();
        Assert.Equal(Layers, others.Count);
        foreach (var (layer, group) in others.Index())
        {
            var attention = $"encoder.layers.encoder_layer_{layer}.self_attention";
            Assert.Equal(Heads, group.Channels);
            Assert.Equal(
                [
                    ($"{attention}.in_proj_weight", 0, 3 * HeadWidth), ($"{attention}.in_proj_bias", 0, 3 * HeadWidth),
                    ($"{attention}.out_proj.weight", 1, HeadWidth),
                ],
                group.Members.Select(member => (member.Parameter, member.Dimension, member.IndicesPerChannel)));
        }
    }

    [Fact]
    public void Saliency_agrees_on_what_the_reference_counts()
    {
        // It counts no norms of layers and nothing of an attention, and adds up the 12 channels of a unit.
        foreach (var (id, position) in _golden.GroupOf)
        {
            var group = _golden.Coupling.Groups[position];
            var counted = group with
            {
                Members =
                [
                    .. group.Members.Where(member =>
                        member.Role == ParameterRole.Weight
                            && !member.Parameter.Contains("self_attention", StringComparison.Ordinal)),
                ],
            };
            var saliency = GroupSaliency.Compute([counted], _golden.Parameters, SaliencyKind.SquaredNorm)[0];
            var expected = _golden.PerChannel("saliency_official", position);
            Assert.Equal((int)_golden.Json["groups"]![id - 1]!["ch_groups"]! * expected.Length, saliency.Length);
            for (var unit = 0; unit < expected.Length; unit++)
            {
                var sum = 0.0;
                for (var channel = unit; channel < saliency.Length; channel += expected.Length)
                {
                    sum += saliency[channel];
                }

                Assert.Equal(expected[unit], sum, 1e-5 * expected[unit]);
            }
        }
    }

    [Fact]
    public void Logits_agree()
    {
        using var _ = Autograd.NoGrad();
        AssertLogits("logits", _golden.Graph, _golden.Parameters);
    }

    // The same index of every head, chosen as the tokens' channels are, is the reference's unit. Its attention then
    // divides by the root of the narrower heads, where ours goes on as trained.
    [Fact]
    public void Cut_as_the_reference_cuts_it_the_network_is_the_same()
    {
        var coupling = CouplingGraph.Build(_golden.Graph.WithPolicies(heads: CouplingPolicy.SameIndex, groups: null));
        var pruned = _golden.GroupOf.Values.ToDictionary(
            position => _golden.Coupling.Groups[position].Name,
            position => _golden.Pruned("official", "0.5", position));
        var stream = coupling.Groups.Single(group => group.IsPrunable && group.Kind == GroupKind.HiddenWidth);
        int[] units = [.. pruned[stream.Name].Select(channel => channel % HeadWidth).Distinct()];
        var plan = CutPlan.Create(coupling, Subnetwork.FromPruned(coupling.Groups, coupling.Groups.Select(
            group => (IReadOnlyCollection<int>)(group.Kind is GroupKind.QueryKey or GroupKind.Value ? units
                : group.IsPrunable ? pruned[group.Name]
                : []))));
        var after = plan.After with
        {
            Nodes =
            [
                .. plan.After.Nodes.Select(node => node.Operator is ScaledDotProductAttention
                    ? node with { Operator = new ScaledDotProductAttention(1 / Math.Sqrt(HeadWidth - units.Length)) }
                    : node),
            ],
        };

        Assert.Equal(2 * Layers, coupling.Groups.Count(group => group.Kind is GroupKind.QueryKey or GroupKind.Value
            && group.Channels == HeadWidth));
        var shapes = _golden.Json["pruned_0.5_shapes"]!.AsArray().ToDictionary(
            pair => (string)pair![0]!, pair => pair![1].Deserialize<long[]>()!);
        Assert.All(after.Parameters, spec => Assert.Equal(shapes[spec.Name], spec.Shape));
        using var _ = Autograd.NoGrad();
        using var cut = plan.Apply(_golden.Parameters);
        AssertLogits("logits_pruned_official_0.5", after, cut);
    }

    private void AssertLogits(string field, Graph graph, ParameterTable parameters)
    {
        var expected = _golden.Json[field]!.Deserialize<double[]>()!;
        using var input = _golden.Input();
        using var logits = new Executor(graph, parameters).Forward(input, training: false);
        var scale = expected.Max(Math.Abs);
        Assert.All(expected.Zip(logits.ToArray<float>()), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * scale));
    }
}
