namespace Ocs.Torch.Tests;

/// <summary>Which operators compute in bf16, and that nothing of it is left behind.</summary>
[NoTensorLeaks]
public sealed class AutocastTests
{
    [Fact]
    public void Products_compute_in_the_narrow_type_and_the_loss_in_the_wide_one()
    {
        using var x = Tensor.Ones([2, 4]);
        using var weight = Tensor.Ones([3, 4]);
        weight.RequiresGrad = true;
        using var labels = Tensor.FromArray([0L, 2L], [2]);
        using (Autocast.To(DType.BFloat16))
        {
            using var logits = Aten.Linear(x, weight);
            using var loss = Aten.CrossEntropy(logits, labels);
            Assert.Equal((DType.BFloat16, DType.Float32), (logits.DType, loss.DType));
        }

        using var after = Aten.Linear(x, weight);
        Assert.Equal(DType.Float32, after.DType);
    }

    [Fact]
    public void Gradients_of_wide_weights_are_wide()
    {
        using var x = Tensor.Ones([2, 4]);
        using var weight = Tensor.Ones([3, 4]);
        weight.RequiresGrad = true;
        Tensor sum;
        using (Autocast.To(DType.BFloat16))
        {
            using var logits = Aten.Linear(x, weight);
            sum = Aten.Sum(logits);
        }

        Autograd.Backward(sum);
        sum.Dispose();
        using var gradient = weight.GetGradient();
        Assert.Equal(DType.Float32, gradient!.DType);
        Assert.All(gradient.ToArray<float>(), value => Assert.Equal(2, value));
    }

    [Fact]
    public void A_weight_that_changed_between_two_stretches_is_converted_anew()
    {
        using var x = Tensor.Ones([1, 1]);
        using var weight = Tensor.Ones([1, 1]);
        weight.RequiresGrad = true;
        Assert.Equal(1, Product());
        using (Autograd.NoGrad())
        {
            Aten.FillInPlace(weight, 3);
        }

        Assert.Equal(3, Product());

        double Product()
        {
            using var _ = Autocast.To(DType.BFloat16);
            using var product = Aten.Linear(x, weight);
            return product.Item<double>();
        }
    }

    [Fact]
    public void Null_changes_nothing_and_stretches_nest()
    {
        using var x = Tensor.Ones([1, 1]);
        using (Autocast.To(null))
        {
            Assert.Equal(DType.Float32, TypeOfProduct());
        }

        using (Autocast.To(DType.BFloat16))
        {
            using (Autocast.To(DType.BFloat16))
            {
                Assert.Equal(DType.BFloat16, TypeOfProduct());
            }

            Assert.Equal(DType.BFloat16, TypeOfProduct());
        }

        Assert.Equal(DType.Float32, TypeOfProduct());

        DType TypeOfProduct()
        {
            using var product = Aten.Matmul(x, x);
            return product.DType;
        }
    }
}
