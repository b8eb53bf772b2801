namespace Ocs.Torch.Tests;

/// <summary>Random numbers that nothing else draws from.</summary>
[NoTensorLeaks]
public sealed class GeneratorTests
{
    [Fact]
    public void A_seed_gives_libtorchs_numbers_whatever_else_is_drawn()
    {
        TorchRuntime.Seed(11);
        var expected = Drawn(null);

        using var generator = new Generator(11);
        _ = Drawn(null);
        Assert.Equal(expected, Drawn(generator));
    }

    [Fact]
    public void Its_state_goes_on_where_it_was()
    {
        using var generator = new Generator(3);
        _ = Drawn(generator);
        var state = generator.GetState();
        var expected = Drawn(generator);

        using var other = new Generator(4);
        other.SetState(state);
        Assert.Equal(expected, Drawn(other));
        Assert.Throws<TorchException>(() => other.SetState([1, 2, 3]));
    }

    [Fact]
    public void It_leaves_the_numbers_of_the_process_alone()
    {
        var before = TorchRuntime.GetRngState();
        using var generator = new Generator(5);
        using var ones = Tensor.Ones([4, 3, 2, 2]);
        using var dropped = Aten.Dropout(ones, 0.5, training: true, generator);
        using var channels = Aten.FeatureDropout(ones, 0.5, training: true, generator);
        _ = Drawn(generator);
        Assert.Equal(before, TorchRuntime.GetRngState());
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.BFloat16)]
    public void Dropout_by_it_is_libtorchs_with_its_gradient(DType dtype)
    {
        using var ones = Tensor.Full([5, 4, 3, 3], 1.7);
        using var x = ones.To(dtype);
        TorchRuntime.Seed(9);
        var expected = Run(x => Aten.Dropout(x, 0.3, training: true), x)
            .Concat(Run(x => Aten.FeatureDropout(x, 0.3, training: true), x)).ToList();

        using var generator = new Generator(9);
        var actual = Run(x => Aten.Dropout(x, 0.3, training: true, generator), x)
            .Concat(Run(x => Aten.FeatureDropout(x, 0.3, training: true, generator), x)).ToList();

        Assert.Equal(expected, actual);
        Assert.Contains(0, expected[0]);
        Assert.Equal(Values(x.Alias()), Values(Aten.Dropout(x, 0.3, training: false, generator)));
    }

    private static List<float[]> Run(Func<Tensor, Tensor> drop, Tensor x)
    {
        using var leaf = x.Clone();
        leaf.RequiresGrad = true;
        using var y = drop(leaf);
        using (var sum = Aten.Sum(y))
        {
            Autograd.Backward(sum);
        }

        using var gradient = leaf.GetGradient()!;
        return [Values(y.Alias()), Values(gradient.Alias())];
    }

    private static float[] Values(Tensor tensor)
    {
        using (tensor)
        {
            using var typed = tensor.To(DType.Float32);
            return typed.ToArray<float>();
        }
    }

    private static float[] Drawn(Generator? generator)
    {
        using var tensor = Tensor.Empty([40]);
        Aten.NormalInPlace(tensor, 0, 1, generator);
        var normal = tensor.ToArray<float>();
        Aten.UniformInPlace(tensor, 0, 1, generator);
        return [.. normal, .. tensor.ToArray<float>()];
    }
}
