namespace Ocs.Torch.Tests;

/// <summary>Derivatives against those worked out by hand.</summary>
[NoTensorLeaks]
public class AutogradTests
{
    [Fact]
    public void Backward_of_a_sum_of_squares_is_twice_the_input()
    {
        using var x = Leaf(1, -2, 3);
        using var squares = Aten.Mul(x, x);
        using var loss = Aten.Sum(squares);
        Autograd.Backward(loss);
        using var gradient = x.GetGradient();
        Assert.Equal([2f, -4f, 6f], gradient!.ToArray<float>());
        Assert.Equal(14f, loss.Item<float>());
    }

    [Fact]
    public void Gradients_accumulate_until_they_are_cleared()
    {
        using var x = Leaf(3);
        Run();
        Run();
        using (var gradient = x.GetGradient())
        {
            Assert.Equal(4f, gradient!.Item<float>());
        }

        x.SetGradient(null);
        Assert.Null(x.GetGradient());

        void Run()
        {
            using var twice = Aten.Mul(x, 2);
            using var loss = Aten.Sum(twice);
            Autograd.Backward(loss);
        }
    }

    [Fact]
    public void A_gradient_can_be_replaced()
    {
        using var x = Leaf(1, 2);
        using var given = Tensor.FromArray([7f, 8f], [2]);
        x.SetGradient(given);
        using var gradient = x.GetGradient();
        Assert.Equal([7f, 8f], gradient!.ToArray<float>());
    }

    [Fact]
    public void Gradients_of_a_product_are_the_other_factors()
    {
        using var x = Leaf(2, 3);
        using var y = Leaf(5, 7);
        using var product = Aten.Mul(x, y);
        using var sum = Aten.Sum(product);
        var gradients = Autograd.Gradients(sum, [x, y]);
        Assert.Equal([5f, 7f], gradients[0].ToArray<float>());
        Assert.Equal([2f, 3f], gradients[1].ToArray<float>());
        Assert.Null(x.GetGradient());
        Array.ForEach(gradients, gradient => gradient.Dispose());
    }

    [Fact]
    public void Nothing_is_recorded_inside_a_no_grad_scope()
    {
        using var x = Leaf(1);
        using (Autograd.NoGrad())
        {
            using (Autograd.NoGrad())
            {
                Assert.False(Autograd.IsRecording);
            }

            Assert.False(Autograd.IsRecording);
            using var y = Aten.Mul(x, 2);
            Assert.False(y.RequiresGrad);
        }

        using var z = Aten.Mul(x, 2);
        Assert.True(Autograd.IsRecording);
        Assert.True(z.RequiresGrad);
        using var detached = z.Detach();
        Assert.False(detached.RequiresGrad);
    }

    [Fact]
    public void Backward_from_several_elements_names_their_shape()
    {
        using var x = Leaf(1, 2);
        using var y = Aten.Mul(x, 2);
        var exception = Assert.Throws<TorchException>(() => Autograd.Backward(y));
        Assert.StartsWith("backward(Float32 [2] cpu): ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_gradient_of_an_unused_input_is_an_error()
    {
        using var x = Leaf(1);
        using var unused = Leaf(1);
        using var y = Aten.Mul(x, 2);
        Assert.Throws<TorchException>(() => Autograd.Gradients(y, [unused]));
    }

    private static Tensor Leaf(params float[] values)
    {
        var tensor = Tensor.FromArray(values, [values.Length]);
        tensor.RequiresGrad = true;
        return tensor;
    }
}
