using Ocs.Torch;

namespace Ocs.Graphs.Tests;

[NoTensorLeaks]
public sealed class ParameterTableTests
{
    private readonly Graph _graph = Networks.Residual();

    [Fact]
    public void Names_keep_the_order_of_the_network_and_buffers_are_not_trained()
    {
        using var parameters = ParameterTable.Initialize(_graph, seed: 0);
        Assert.Equal(
            [
                "conv.weight", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var",
                "bn.num_batches_tracked", "conv2.weight", "conv2.bias", "fc.weight", "fc.bias",
            ],
            parameters.Names);
        Assert.Equal(
            ["conv.weight", "bn.weight", "bn.bias", "conv2.weight", "conv2.bias", "fc.weight", "fc.bias"],
            parameters.Trainable);
        Assert.All(
            parameters.Names,
            name => Assert.Equal(parameters.Trainable.Contains(name), parameters[name].RequiresGrad));
        Assert.Equal(DType.Int64, parameters["bn.num_batches_tracked"].DType);
    }

    [Fact]
    public void The_same_seed_draws_the_same_values_another_seed_others()
    {
        using var a = ParameterTable.Initialize(_graph, seed: 7);
        using var b = ParameterTable.Initialize(_graph, seed: 7);
        using var c = ParameterTable.Initialize(_graph, seed: 8);
        Assert.Equal(a["conv.weight"].ToArray<float>(), b["conv.weight"].ToArray<float>());
        Assert.NotEqual(a["conv.weight"].ToArray<float>(), c["conv.weight"].ToArray<float>());
    }

    [Fact]
    public void Values_follow_their_distribution()
    {
        var g = new GraphBuilder("wide");
        var x = g.Conv2d("conv", g.Input("input", 64, 3, 3), 128, 3);
        var graph = g.Build(
            g.Linear("given", g.Linear("fc", g.Flatten("flatten", x), 100), 90, Initialization.Normal(0.01)));
        using var parameters = ParameterTable.Initialize(graph, seed: 3);
        var conv = parameters["conv.weight"].ToArray<float>();
        var deviation = Math.Sqrt(2.0 / (9 * 128));
        // 73,728 values: five standard errors of the mean and of the deviation.
        Assert.InRange(conv.Average(), -5 * deviation / Math.Sqrt(conv.Length), 5 * deviation / Math.Sqrt(conv.Length));
        Assert.Equal(deviation, Math.Sqrt(conv.Average(v => v * v)), deviation * 5 / Math.Sqrt(2.0 * conv.Length));
        var bound = 1 / Math.Sqrt(128);
        foreach (var name in new[] { "fc.weight", "fc.bias" })
        {
            var uniform = parameters[name].ToArray<float>();
            Assert.All(uniform, v => Assert.InRange(v, -bound, bound));
            Assert.InRange(uniform.Max(), 0.9 * bound, bound);
            Assert.InRange(uniform.Min(), -bound, -0.9 * bound);
        }

        Assert.Equal(0.01, Math.Sqrt(parameters["given.weight"].ToArray<float>().Average(v => v * v)),
            0.01 * 5 / Math.Sqrt(2.0 * 9000));
        Assert.All(parameters["given.bias"].ToArray<float>(), v => Assert.Equal(0, v));
    }

    [Fact]
    public void Given_tensors_must_have_the_names_and_shapes_of_the_network()
    {
        using var original = ParameterTable.Initialize(_graph, seed: 0);
        var tensors = original.Names.ToDictionary(name => name, name => original[name].Clone());
        try
        {
            var missing = tensors.Where(pair => pair.Key != "fc.bias").ToDictionary();
            Assert.Equal(
                "The weights lack 'fc.bias', so they are not those of 'tiny'; give the network that they were trained "
                + "for.",
                ErrorOf(missing));
            var foreign = tensors.Append(new("extra", tensors["fc.bias"])).ToDictionary();
            Assert.Equal(
                "The weights hold 'extra', which 'tiny' does not have; give the network that they were trained for.",
                ErrorOf(foreign));
            var misshapen = tensors.ToDictionary();
            misshapen["fc.weight"] = tensors["fc.bias"];
            Assert.Equal(
                "Weight 'fc.weight' has shape [3], but 'tiny' needs [3, 4]; give the network that it was trained for.",
                ErrorOf(misshapen));
        }
        finally
        {
            tensors.Values.ToList().ForEach(tensor => tensor.Dispose());
        }
    }

    [Fact]
    public void Replacing_disposes_the_old_tensor_and_keeps_it_trainable()
    {
        using var parameters = ParameterTable.Initialize(_graph, seed: 0);
        var (weight, mean) = (parameters["fc.bias"], parameters["bn.running_mean"]);
        parameters.Replace("fc.bias", Tensor.FromArray<float>([1, 2, 3], [3]));
        parameters.Replace("bn.running_mean", Tensor.FromArray<float>([1, 2, 3, 4], [4]));
        Assert.Throws<ObjectDisposedException>(() => weight.ToArray<float>());
        Assert.Throws<ObjectDisposedException>(() => mean.ToArray<float>());
        Assert.Equal([1f, 2f, 3f], parameters["fc.bias"].ToArray<float>());
        Assert.True(parameters["fc.bias"].RequiresGrad);
        Assert.False(parameters["bn.running_mean"].RequiresGrad);
    }

    [Fact]
    public void A_clone_shares_nothing()
    {
        using var parameters = ParameterTable.Initialize(_graph, seed: 0);
        using var clone = parameters.Clone(_graph);
        var before = parameters["fc.weight"].ToArray<float>();
        using (Autograd.NoGrad())
        {
            Aten.FillInPlace(clone["fc.weight"], 9);
        }

        Assert.Equal(before, parameters["fc.weight"].ToArray<float>());
        Assert.Equal(parameters.Trainable, clone.Trainable);
        Assert.All(clone["fc.weight"].ToArray<float>(), value => Assert.Equal(9, value));
    }

    [Fact]
    public void Clearing_drops_every_gradient()
    {
        using var parameters = ParameterTable.Initialize(_graph, seed: 0);
        using var images = Tensor.Ones([2, 2, 4, 4]);
        using (var output = new Executor(_graph, parameters).Forward(images, training: true))
        using (var mean = Aten.Mean(output))
        {
            Autograd.Backward(mean);
        }

        Assert.All(parameters.Trainable, name => Assert.True(HasGradient(name)));
        parameters.ClearGradients();
        Assert.All(parameters.Trainable, name => Assert.False(HasGradient(name)));

        bool HasGradient(string name)
        {
            using var gradient = parameters[name].GetGradient();
            return gradient is not null;
        }
    }

    private string ErrorOf(Dictionary<string, Tensor> tensors) =>
        Assert.Throws<OcsInputException>(() => ParameterTable.FromTensors(_graph, tensors).Dispose()).Message;
}
