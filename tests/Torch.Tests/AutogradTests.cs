using Ocs.Testing;

namespace Ocs.Torch.Tests;

/// <summary>Derivatives against those worked out by hand.</summary>
[NoTensorLeaks]
public class AutogradTests
{
    [Fact]
    public void Backward_of_a_sum_of_squares_is_twice_the_input()
    {
        using var x = Tensor.FromArray([1f, -2f, 3f], [3]);
        x.RequiresGrad = true;
        using var squares = Aten.Mul(x, x);
        using var loss = Aten.Sum(squares);
        Autograd.Backward(loss);
        using var gradient = x.TakeGradient();
        Assert.Equal([2f, -4f, 6f], gradient!.ToArray<float>());
        Assert.Equal(14f, loss.Item<float>());
    }
}
