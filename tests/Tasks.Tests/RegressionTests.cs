using Ocs.Data;
using Ocs.Torch;

namespace Ocs.Tasks.Tests;

[NoTensorLeaks]
public sealed class RegressionTests
{
    // Errors 1, -2, 0, 2 in the first column and 0, 1, -1, 0 in the second; batches of three and of one.
    private static readonly float[] Targets = [1, 2, 3, 4, 5, 6, 7, 8];
    private static readonly float[] Outputs = [2, 2, 1, 5, 5, 5, 9, 8];

    [Theory]
    [InlineData(RegressionLoss.MeanSquaredError, (1 + 4 + 0 + 4 + 0 + 1 + 1 + 0) / 8.0)]
    [InlineData(RegressionLoss.MeanAbsoluteError, (1 + 2 + 0 + 2 + 0 + 1 + 1 + 0) / 8.0)]
    [InlineData(RegressionLoss.Huber, (0.5 + 1.5 + 0 + 1.5 + 0 + 0.5 + 0.5 + 0) / 8.0)]
    public void The_loss_is_the_mean_over_all_values(RegressionLoss criterion, double expected)
    {
        using var output = Tensor.FromArray(Outputs, [4, 2]);
        using var batch = new Batch(0, [Tensor.Zeros([4, 1])], [Tensor.FromArray(Targets, [4, 2])]);
        using var loss = new Regression { Criterion = criterion }.Loss([output], batch);
        Assert.Equal(expected, loss.Item<double>(), 1e-6);
    }

    // R2 of the columns: 1 - 9 / 20 and 1 - 2 / 20, for both have the spread 20.
    [Fact]
    public void Metrics_are_those_of_all_samples_whatever_the_batches()
    {
        var tally = new Regression().CreateTally();
        Add(tally, 0, 3);
        Add(tally, 3, 1);
        var values = tally.Values(4, loss: 0, new OneProcess());
        Assert.Equal(
            [((11 / 20.0) + (18 / 20.0)) / 2, Math.Sqrt(11 / 8.0), 7 / 8.0], values, (a, b) => Math.Abs(a - b) < 1e-9);
    }

    [Fact]
    public void Losses_of_several_outputs_are_added_and_a_target_of_another_size_is_refused()
    {
        using var first = Tensor.FromArray<float>([1, 3], [2, 1]);
        using var second = Tensor.FromArray<float>([0, 0, 0, 6], [2, 2]);
        using var batch = new Batch(
            0, [Tensor.Zeros([2, 1])], [Tensor.FromArray<float>([0, 0], [2]), Tensor.Zeros([2, 2])]);
        using var loss = new Regression().Loss([first, second], batch);
        Assert.Equal(5 + 9, loss.Item<double>(), 1e-6);
        var error = Assert.Throws<OcsInputException>(() => new Regression().Loss([second], batch));
        Assert.Equal(
            "Output 0 of the network is [2, 2], but target 0 of the batch is [2]; "
            + "give each output a target with as many values.",
            error.Message);
    }

    [Fact]
    public void Predictions_are_the_values_of_all_outputs()
    {
        using var first = Tensor.FromArray<float>([1, 3], [2, 1]);
        using var second = Tensor.FromArray<float>([4, 5, 6, 7], [2, 2]);
        var decoded = new Regression().Decode([first, second]);
        Assert.Equal([1.0, 4, 5], decoded[0].ToArray());
        Assert.Equal([3.0, 6, 7], decoded[1].ToArray());
    }

    private static void Add(IMetricTally tally, int first, int count)
    {
        using var output = Tensor.FromArray(Outputs.AsSpan(2 * first, 2 * count).ToArray(), [count, 2]);
        using var batch = new Batch(
            0, [Tensor.Zeros([count, 1])], [
                Tensor.FromArray(Targets.AsSpan(2 * first, 2 * count).ToArray(), [count, 2])]);
        tally.Add([output], batch);
    }
}
