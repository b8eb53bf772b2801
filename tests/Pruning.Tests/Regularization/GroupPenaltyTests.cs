using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Regularization;
using Ocs.Torch;

namespace Ocs.Pruning.Tests.Regularization;

[NoTensorLeaks]
[OneThread]
public sealed class GroupPenaltyTests
{
    private const double Lambda = 0.37;

    [Fact]
    public void Its_gradient_is_autograds_of_the_written_out_penalty() => Properties.HoldForRandomGraphs(40, random =>
    {
        var graph = random.Build();
        var coupling = CouplingGraph.Build(graph);
        var subnetwork = coupling.RandomSubnetwork(random.Seed);
        using var parameters = random.Parameters(graph);
        var dice = new Dice(random.Seed + 3);
        var before = SetGradients(parameters, name => dice.Floats(parameters[name].ElementCount, -1, 1));
        using (var slices = new PrunedSlices(coupling.Groups, subnetwork, parameters))
        {
            GroupPenalty.AddGradient(slices, Lambda);
        }

        var after = parameters.Trainable.ToDictionary(name => name, name => Gradient(parameters, name));
        parameters.ClearGradients();
        using (var penalty = WrittenOut(coupling, subnetwork, parameters))
        {
            Autograd.Backward(penalty);
        }

        foreach (var name in parameters.Trainable)
        {
            float[] expected = [.. before[name].Zip(Gradient(parameters, name), (own, penalty) => own + penalty)];
            Tensors.AssertClose(expected, after[name]);
        }

        parameters.ClearGradients();
    });

    [Fact]
    public void A_flattened_channel_has_one_norm_over_all_of_its_columns()
    {
        var graph = Networks.Flattened();
        var coupling = CouplingGraph.Build(graph);
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        parameters.Set("conv.weight", 3, 4, 1, 1, 1, 1);
        parameters.Set("bn.weight", -2, 1, 1);
        // Channel 0 has columns 0 to 3 of both rows: the squares sum to 64, so the norm is 8.
        parameters.Set("fc.weight", [1, 3, 2, 0, .. Enumerable.Repeat(5f, 8), 4, 4, 3, 3, .. Enumerable.Repeat(5f, 8)]);
        SetGradients(parameters, name => new float[parameters[name].ElementCount]);
        using (var slices = new PrunedSlices(coupling.Groups, coupling.Without(("conv", [0])), parameters))
        {
            GroupPenalty.AddGradient(slices, 0.5);
        }

        Tensors.AssertClose([0.3f, 0.4f, 0, 0, 0, 0], Gradient(parameters, "conv.weight"));
        Tensors.AssertClose([-0.5f, 0, 0], Gradient(parameters, "bn.weight"));
        Tensors.AssertClose(
            [.. new float[] { 1, 3, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0 }.Select(
                w => 0.5f * w / 8)],
            Gradient(parameters, "fc.weight"));
        Assert.All(
            Gradient(parameters, "conv.bias").Concat(Gradient(parameters, "bn.bias")),
            value => Assert.Equal(0, value));
        parameters.ClearGradients();
    }

    [Fact]
    public void A_slice_that_is_zero_gets_no_gradient_and_no_nan()
    {
        var graph = Networks.Chain(2, 2);
        var coupling = CouplingGraph.Build(graph);
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        parameters.Set("conv0.weight", 0, 1);
        SetGradients(parameters, name => new float[parameters[name].ElementCount]);
        using (var slices = new PrunedSlices(coupling.Groups, coupling.Without(("conv0", [0])), parameters))
        {
            GroupPenalty.AddGradient(slices, 1);
        }

        Assert.Equal([0f, 0f], Gradient(parameters, "conv0.weight"));
        parameters.ClearGradients();
    }

    [Fact]
    public void Nothing_pruned_means_no_penalty_and_before_backward_it_is_an_error()
    {
        var graph = Networks.Chain(2, 2);
        var coupling = CouplingGraph.Build(graph);
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        using var none = new PrunedSlices(coupling.Groups, Subnetwork.Full(coupling.Groups), parameters);
        Assert.True(none.IsEmpty);
        GroupPenalty.AddGradient(none, 1);
        using (var gradient = parameters["conv0.weight"].GetGradient())
        {
            Assert.Null(gradient);
        }

        using var some = new PrunedSlices(coupling.Groups, coupling.Without(("conv0", [0])), parameters);
        Assert.Throws<InvalidOperationException>(() => GroupPenalty.AddGradient(some, 1));
    }

    // lambda times the sum over pruned channels and their counted slices of the norm, by autograd; 0 x the sum of all
    // joins the rest.
    private static Tensor WrittenOut(CouplingGraph coupling, Subnetwork subnetwork, ParameterTable parameters)
    {
        var total = Tensor.Zeros([]);
        void AddTo(Tensor term, double factor)
        {
            using var old = total;
            total = Aten.Add(old, term, factor);
        }

        foreach (var name in parameters.Trainable)
        {
            using var sum = Aten.Sum(parameters[name]);
            AddTo(sum, 0);
        }

        for (var position = 0; position < coupling.Groups.Length; position++)
        {
            foreach (var member in coupling.Groups[position].Members.Where(
                member => member.Role is ParameterRole.Weight or ParameterRole.NormWeight))
            {
                foreach (var channel in subnetwork.PrunedOf(position))
                {
                    using var index = Tensor.FromArray<long>(
                        [.. member.IndicesOf(channel).ToArray().Select(i => (long)i)], [member.IndicesPerChannel]);
                    using var slice = Aten.IndexSelect(parameters[member.Parameter], member.Dimension, index);
                    using var squares = Aten.Square(slice);
                    using var sum = Aten.Sum(squares);
                    using var norm = Aten.Sqrt(sum);
                    AddTo(norm, Lambda);
                }
            }
        }

        return total;
    }

    private static Dictionary<string, float[]> SetGradients(ParameterTable parameters, Func<string, float[]> values)
    {
        var all = parameters.Trainable.ToDictionary(name => name, values);
        foreach (var (name, own) in all)
        {
            using var gradient = Tensor.FromArray<float>(own, parameters[name].Shape);
            parameters[name].SetGradient(gradient);
        }

        return all;
    }

    private static float[] Gradient(ParameterTable parameters, string name)
    {
        using var gradient = parameters[name].GetGradient();
        return gradient!.ToArray<float>();
    }
}
