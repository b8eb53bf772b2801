using Ocs.Data;
using Ocs.Torch;

namespace Ocs.Tasks.Tests;

[NoTensorLeaks]
public sealed class MultiLabelClassificationTests
{
    private static readonly MultiLabelClassification Task = new(["red", "round", "ripe"]);

    // Found: red, round | red. True: red, ripe | red. So 2 found, 1 missed, 1 invented; 4 of 6 labels right, 1 sample
    // of 2.
    [Fact]
    public void F1_and_accuracies_count_labels_over_all_samples()
    {
        using var logits = Tensor.FromArray<float>([2, 1, -1, 3, -2, -1], [2, 3]);
        using var batch = Batch();
        var tally = Task.CreateTally();
        tally.Add([logits], batch);
        var values = tally.Values(2, loss: 0, new OneProcess());
        Assert.Equal([2 * 2 / (2 * 2 + 1 + 1.0), 4 / 6.0, 1 / 2.0], values, (a, b) => Math.Abs(a - b) < 1e-12);
    }

    // -log sigmoid(x) = log(1 + e^-x) for a label that is there, log(1 + e^x) for one that is not.
    [Fact]
    public void The_loss_is_the_mean_binary_cross_entropy()
    {
        using var logits = Tensor.FromArray<float>([2, 1, -1, 3, -2, -1], [2, 3]);
        using var batch = Batch();
        using var loss = Task.Loss([logits], batch);
        var expected = new[] { -2.0, 1, 1, -3, -2, -1 }.Average(x => Math.Log(1 + Math.Exp(x)));
        Assert.Equal(expected, loss.Item<double>(), 1e-6);
    }

    [Fact]
    public void Labels_above_one_half_are_decoded_the_likeliest_first()
    {
        using var logits = Tensor.FromArray<float>([1, -1, 2, -1, -1, -1], [2, 3]);
        var decoded = Task.Decode([logits]);
        Assert.Equal(["ripe", "red"], decoded[0].Select(label => label.Name));
        Assert.Empty(decoded[1]);
    }

    private static Batch Batch() =>
        new(0, [Tensor.Zeros([2, 1])], [Tensor.FromArray<float>([1, 0, 1, 1, 0, 0], [2, 3])]);
}
