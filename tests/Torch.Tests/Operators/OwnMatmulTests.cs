namespace Ocs.Torch.Tests.Operators;

/// <summary>The shim's own products of small matrices beside libtorch's in float64: values and gradients.</summary>
[NoTensorLeaks]
public sealed class OwnMatmulTests : IDisposable
{
    private readonly OwnKernels _own = TorchRuntime.OwnKernels;
    private readonly int _threads = TorchRuntime.Threads;

    /// <summary>How the matrices of a factor lie in memory.</summary>
    public enum Layout
    {
        Whole,
        Transposed,

        // [batch, rows, heads, columns] seen as [batch, heads, rows, columns], as the heads of attention.
        Heads,

        // Every second row and column.
        Sparse,
    }

    public void Dispose() => (TorchRuntime.OwnKernels, TorchRuntime.Threads) = (_own, _threads);

    // Whole and broken tiles of rows, vectors and panels: up to 6, 8, 12 or 24 rows, 4 vectors of 16 or 2 of 8 columns.
    [OwnKernelsTheory]
    [InlineData(1, 1, 1, Layout.Whole, Layout.Whole)]
    [InlineData(49, 32, 49, Layout.Heads, Layout.Transposed)]
    [InlineData(49, 49, 32, Layout.Whole, Layout.Heads)]
    [InlineData(5, 7, 3, Layout.Transposed, Layout.Whole)]
    [InlineData(13, 9, 17, Layout.Sparse, Layout.Sparse)]
    [InlineData(64, 16, 65, Layout.Transposed, Layout.Transposed)]
    [InlineData(23, 130, 80, Layout.Heads, Layout.Sparse)]
    [InlineData(30, 5, 112, Layout.Sparse, Layout.Heads)]
    [InlineData(600, 3, 20, Layout.Whole, Layout.Transposed)]
    [InlineData(4, 512, 40, Layout.Whole, Layout.Whole)]
    public void Values_and_gradients_are_those_of_float64(int m, int k, int n, Layout left, Layout right)
    {
        TorchRuntime.Seed(7);
        using var a = Draw(m, k, left);
        using var b = Draw(k, n, right);
        var expected = Results(a, b, DType.Float64);
        foreach (var kernels in OwnKernelSets.All())
        {
            TorchRuntime.OwnKernels = kernels;
            TorchRuntime.Threads = 1;
            var one = Results(a, b, DType.Float32);
            TorchRuntime.Threads = 3;
            Assert.Equal(one, Results(a, b, DType.Float32));
            for (var i = 0; i < expected.Count; i++)
            {
                Tensors.AssertClose(expected[i], one[i], 2e-6);
            }
        }
    }

    // Broken vectors are summed like whole ones, so a product with one column more has the same others.
    [OwnKernelsTheory]
    [InlineData(16)]
    [InlineData(63)]
    public void A_column_more_changes_no_other(int n)
    {
        TorchRuntime.Seed(7);
        using var a = Draw(9, 20, Layout.Whole);
        using var b = Draw(20, n + 1, Layout.Whole);
        using var fewer = Aten.Narrow(b, 3, 0, n);
        using var whole = Aten.Matmul(a, b);
        using var expected = Aten.Narrow(whole, 3, 0, n);
        using var actual = Aten.Matmul(a, fewer);
        Assert.Equal(Values(expected), Values(actual));
    }

    [Theory]
    [InlineData(1, 50, 300, 60)] // leading dimensions that broadcast
    [InlineData(3, 50, 513, 60)] // too large
    public void All_else_is_libtorchs_to_the_bit(int batch, int m, int k, int n)
    {
        using var a = Draw(m, k, Layout.Whole);
        using var b = Tensor.Empty([batch, 2, k, n]);
        Aten.NormalInPlace(b, 0, 1);
        using var expected = Aten.Call("aten::matmul", "", a, b)[0];
        using var actual = Aten.Matmul(a, b);
        Assert.Equal(Values(expected), Values(actual));
    }

    [Fact]
    public void What_does_not_fit_is_refused_as_by_libtorch()
    {
        using var a = Draw(3, 4, Layout.Whole);
        using var b = Draw(5, 6, Layout.Whole);
        Assert.Throws<TorchException>(() => Aten.Matmul(a, b));
    }

    // Values of the product of [3, 2, M, K] and [3, 2, K, N], and the gradients of both.
    private static List<float[]> Results(Tensor a, Tensor b, DType dtype)
    {
        using var left = Leaf(a, dtype);
        using var right = Leaf(b, dtype);
        using var y = Aten.Matmul(left, right);
        using (var square = Aten.Mul(y, y))
        using (var loss = Aten.Sum(square))
        {
            Autograd.Backward(loss);
        }

        using var toLeft = left.GetGradient()!;
        using var toRight = right.GetGradient()!;
        return [Values(y), Values(toLeft), Values(toRight)];
    }

    private static Tensor Leaf(Tensor tensor, DType dtype)
    {
        using var detached = tensor.Detach();
        var leaf = dtype == tensor.DType ? detached.Alias() : detached.To(dtype);
        leaf.RequiresGrad = true;
        return leaf;
    }

    private static Tensor Draw(int rows, int columns, Layout layout)
    {
        long[] shape = layout switch
        {
            Layout.Transposed => [3, 2, columns, rows],
            Layout.Heads => [3, rows, 2, columns],
            Layout.Sparse => [3, 2, 2 * rows, 2 * columns],
            _ => [3, 2, rows, columns],
        };
        var drawn = Tensor.Empty(shape);
        Aten.NormalInPlace(drawn, 0, 1);
        if (layout == Layout.Whole)
        {
            return drawn;
        }

        using var _ = drawn;
        if (layout != Layout.Sparse)
        {
            return layout == Layout.Transposed ? Aten.Transpose(drawn, 2, 3) : Aten.Transpose(drawn, 1, 2);
        }

        using var rowsOnly = Aten.Slice(drawn, 2, 0, 2 * rows, 2);
        return Aten.Slice(rowsOnly, 3, 0, 2 * columns, 2);
    }

    private static float[] Values(Tensor tensor)
    {
        using var detached = tensor.Detach();
        using var typed = detached.To(DType.Float32);
        return typed.ToArray<float>();
    }
}
