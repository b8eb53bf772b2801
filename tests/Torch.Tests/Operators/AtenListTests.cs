namespace Ocs.Torch.Tests.Operators;

/// <summary>Shapes, reductions, losses, lists of tensors and calls by name.</summary>
[NoTensorLeaks]
public class AtenListTests
{
    [Fact]
    public void Views_and_selections_pick_the_right_elements()
    {
        using var x = Of([1, 2, 3, 4, 5, 6], 2, 3);
        Check(Aten.Flatten(x), [6], 1, 2, 3, 4, 5, 6);
        Check(Aten.Reshape(x, [3, -1]), [3, 2], 1, 2, 3, 4, 5, 6);
        Check(Aten.View(x, [6, 1]), [6, 1], 1, 2, 3, 4, 5, 6);
        Check(Aten.Permute(x, [1, 0]), [3, 2], 1, 4, 2, 5, 3, 6);
        Check(Aten.Transpose(x, 0, 1), [3, 2], 1, 4, 2, 5, 3, 6);
        Check(Aten.Unsqueeze(x, 0), [1, 2, 3], 1, 2, 3, 4, 5, 6);
        Check(Aten.Slice(x, 1, 0, 3, 2), [2, 2], 1, 3, 4, 6);
        Check(Aten.Narrow(x, 1, 1, 2), [2, 2], 2, 3, 5, 6);
        Check(Aten.Select(x, 0, 1), [3], 4, 5, 6);
        using var index = Tensor.FromArray([2L, 0L], [2]);
        Check(Aten.IndexSelect(x, 1, index), [2, 2], 3, 1, 6, 4);
        using var column = Of([1, 2], 2, 1);
        Check(Aten.Expand(column, [2, 3]), [2, 3], 1, 1, 1, 2, 2, 2);
        Check(Aten.Cat([x, column], 1), [2, 4], 1, 2, 3, 1, 4, 5, 6, 2);
    }

    [Fact]
    public void Reductions_run_over_the_dimensions_given_or_all()
    {
        using var x = Of([1, 2, 3, 4], 2, 2);
        Check(Aten.Sum(x), [], 10);
        Check(Aten.Sum(x, [0], keepDimensions: true), [1, 2], 4, 6);
        Check(Aten.Mean(x, [1]), [2], 1.5f, 3.5f);
        Check(Aten.Max(x), [], 4);
        Check(Aten.VectorNorm(x, 1, [1]), [2], 3, 7);
        using var three = Of([3, 4], 1, 2);
        Check(Aten.VectorNorm(three), [], 5);
        using var place = Aten.Argmax(x, 1);
        Assert.Equal([1L, 1L], place.ToArray<long>());
        using var wide = Aten.Sum(x, dtype: DType.Float64);
        Assert.Equal(DType.Float64, wide.DType);
    }

    [Fact]
    public void Comparisons_choose_elements_and_find_what_is_not_finite()
    {
        using var a = Of([1, 2], 2);
        using var b = Of([1, 3], 2);
        using var equal = Aten.Eq(a, b);
        Assert.Equal([true, false], equal.ToArray<bool>());
        Check(Aten.Where(equal, a, b), [2], 1, 3);
        using var bad = Of([1, float.NaN, float.PositiveInfinity], 3);
        using var finite = Aten.IsFinite(bad);
        Assert.Equal([true, false, false], finite.ToArray<bool>());
    }

    [Fact]
    public void Cross_entropy_of_equal_logits_is_the_logarithm_of_the_classes()
    {
        using var logits = Tensor.Zeros([3, 4]);
        using var target = Tensor.FromArray([0L, 1L, 3L], [3]);
        using var mean = Aten.CrossEntropy(logits, target);
        using var sum = Aten.CrossEntropy(logits, target, reduction: Reduction.Sum);
        using var each = Aten.CrossEntropy(logits, target, 0.1, Reduction.None);
        using var softmax = Aten.Softmax(logits, 1);
        using var logarithm = Aten.LogSoftmax(logits, 1);
        Assert.Equal(Math.Log(4), mean.Item<double>(), 1e-6);
        Assert.Equal(3 * Math.Log(4), sum.Item<double>(), 1e-5);
        Assert.Equal(3, each.ElementCount);
        Assert.Equal(0.25f, softmax.ToArray<float>()[0]);
        Assert.Equal(-Math.Log(4), logarithm.ToArray<float>()[0], 1e-6);
    }

    [Fact]
    public void Dropout_is_nothing_outside_of_training()
    {
        using var x = Tensor.Ones([1000]);
        using var evaluated = Aten.Dropout(x, 0.5, training: false);
        using var trained = Aten.Dropout(x, 0.5, training: true);
        Assert.Equal(x.ToArray<float>(), evaluated.ToArray<float>());
        Assert.All(trained.ToArray<float>(), value => Assert.True(value is 0 or 2));
    }

    [Fact]
    public void Lists_of_tensors_are_written_in_one_call()
    {
        Tensor[] tensors = [Of([1, 2], 2), Of([3], 1)];
        Tensor[] others = [Of([10, 20], 2), Of([30], 1)];
        Aten.ForeachMulInPlace(tensors, 2);
        Assert.Equal([2f, 4f], tensors[0].ToArray<float>());
        Assert.Equal([6f], tensors[1].ToArray<float>());
        Aten.ForeachMulInPlace(tensors, others);
        Assert.Equal([20f, 80f], tensors[0].ToArray<float>());
        Aten.ForeachAddcmulInPlace(tensors, others, others, -1);
        Assert.Equal([-80f, -320f], tensors[0].ToArray<float>());
        Assert.Equal([-720f], tensors[1].ToArray<float>());
        Dispose(tensors, others);
    }

    [Fact]
    public void Lists_of_tensors_broadcast()
    {
        Tensor[] weights = [Of([1, 2, 3, 4], 2, 2), Of([5, 6], 2, 1)];
        Tensor[] scales = [Of([10, 100], 2, 1), Of([2, 3], 2, 1)];
        Tensor[] ones = [Of([1, 1, 1, 1], 2, 2), Of([1, 1], 2, 1)];
        Aten.ForeachMulInPlace(weights, scales);
        Assert.Equal([10f, 20f, 300f, 400f], weights[0].ToArray<float>());
        Aten.ForeachAddcmulInPlace(weights, ones, scales, 0.1);
        Assert.Equal([11f, 21f, 310f, 410f], weights[0].ToArray<float>());
        Assert.Equal([10.2f, 18.3f], weights[1].ToArray<float>());
        Dispose(weights, scales, ones);
    }

    [Fact]
    public void Long_lists_outgrow_the_stack()
    {
        var tensors = Enumerable.Range(0, 1000).Select(i => Of([i], 1)).ToArray();
        using var joined = Aten.Cat(tensors, 0);
        Assert.Equal(999f, joined.ToArray<float>()[999]);
        var parts = Aten.Call("aten::split", "Tensor", joined, 1L);
        Assert.Equal(1000, parts.Length);
        Assert.Equal(998f, parts[998].Item<float>());
        Dispose(tensors, parts);
    }

    [Fact]
    public void Any_operator_can_be_called_by_name()
    {
        using var x = Of([3, 1, 2], 3);
        var sorted = Aten.Call("aten::sort", "", x);
        Assert.Equal([1f, 2f, 3f], sorted[0].ToArray<float>());
        Assert.Equal([1L, 2L, 0L], sorted[1].ToArray<long>());
        var rolled = Aten.Call("aten::roll", "", x, 1L, 0L);
        Assert.Equal([2f, 3f, 1f], rolled[0].ToArray<float>());
        var repeated = Aten.Call("aten::repeat", "", x, new long[] { 2 });
        Assert.Equal(6, repeated[0].ElementCount);
        using var mask = Tensor.FromArray([true, false, true], [3]);
        var masked = Aten.Call("aten::index", "Tensor", x, OperatorArgument.OptionalList([mask]));
        Assert.Equal([3f, 2f], masked[0].ToArray<float>());
        var size = Aten.Call("aten::size", "int", x, 0L);
        Assert.Equal(3L, size[0].Item<long>());
        Dispose(sorted, rolled, repeated, masked, size);
    }

    [Fact]
    public void An_unknown_operator_is_named()
    {
        var exception = Assert.Throws<TorchException>(() => Aten.Call("aten::prune_it", "all"));
        Assert.Equal(
            "aten::prune_it.all: libtorch has no operator 'aten::prune_it' with overload 'all'",
            exception.Message);
    }

    [Fact]
    public void Too_few_too_many_or_wrong_arguments_are_errors()
    {
        using var x = Tensor.Zeros([1]);
        Assert.Contains("'other' is missing", Error("aten::add", "Tensor", x), StringComparison.Ordinal);
        Assert.Contains("takes 1 arguments, not 2", Error("aten::relu", "", x, 1L), StringComparison.Ordinal);
        Assert.StartsWith("aten::relu(1.5): ", Error("aten::relu", "", 1.5), StringComparison.Ordinal);
        Assert.StartsWith("aten::relu(\"é\"): ", Error("aten::relu", "", "é"), StringComparison.Ordinal);

        static string Error(string name, string overload, params OperatorArgument[] arguments)
            => Assert.Throws<TorchException>(() => Aten.Call(name, overload, arguments)).Message;
    }

    private static Tensor Of(float[] values, params long[] shape) => Tensor.FromArray(values, shape);

    private static void Check(Tensor tensor, long[] shape, params float[] values)
    {
        using (tensor)
        {
            Assert.Equal(shape, tensor.Shape.ToArray());
            Assert.Equal(values, tensor.ToArray<float>());
        }
    }

    private static void Dispose(params Tensor[][] lists)
    {
        foreach (var tensor in lists.SelectMany(list => list))
        {
            tensor.Dispose();
        }
    }
}
