using Ocs.Data;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Tasks.Tests;

[NoTensorLeaks]
public sealed class ClassificationTests
{
    [Fact]
    public void Correct_counts_rows_whose_largest_logit_is_the_label()
    {
        using var logits = Tensor.FromArray<float>([1, 3, 2, 9, 0, 1, 0, 0, 5], [3, 3]);
        using var labels = Tensor.FromArray<long>([1, 2, 2], [3]);
        using var count = Classification.Correct(logits, labels);
        Assert.Equal(2, count.Item<long>());
    }

    // Of seven logits, the label's is the 1st, 5th and 6th; a tie counts for the label, and what is no number does not.
    [Fact]
    public void Correct_among_five_counts_rows_with_fewer_than_five_values_above_the_labels()
    {
        using var logits = Tensor.FromArray<float>(
            [9, 1, 2, 3, 4, 5, 6, 9, 1, 2, 3, 4, 5, 6, 9, 1, 2, 3, 4, 5, 6, 2, 2, 2, 2,
                2, 2, 2, float.NaN, 1, 2, 3, 4, 5, 6], [5, 7]);
        using var labels = Tensor.FromArray<long>([0, 3, 2, 6, 0], [5]);
        Assert.Equal(3, ClassTally.CorrectAmong(5, logits, labels));
    }

    // -log softmax of [2, 0, 0] at class 0 is log(1 + 2 e^-2); smoothing 0.3 moves a tenth of the mass to each class.
    [Fact]
    public void Smoothing_changes_the_loss_of_training_and_not_the_loss_that_is_reported()
    {
        using var logits = Tensor.FromArray<float>([2, 0, 0], [1, 3]);
        using var batch = new Batch(0, [Tensor.Zeros([1, 1])], [Tensor.FromArray<long>([0], [1])]);
        var task = new Classification(["a", "b", "c"]) { LabelSmoothing = 0.3 };
        var plain = Math.Log(1 + (2 * Math.Exp(-2)));

        using var loss = task.Loss([logits], batch);
        using var sum = task.LossSum([logits], batch);

        Assert.Equal((0.8 * plain) + (0.2 * (plain + 2)), loss.Item<double>(), 1e-6);
        Assert.Equal(plain, sum.Item<double>(), 1e-6);
    }

    // -0.25 log p0 - 0.75 log p1 in training; the label alone, class 0, in evaluation.
    [Fact]
    public void Mixed_images_are_learnt_by_the_probabilities_of_their_classes()
    {
        using var logits = Tensor.FromArray<float>([1, 3], [1, 2]);
        using var batch = new Batch(
            0, [Tensor.Zeros([1, 1])],
            [Tensor.FromArray<long>([0], [1]), Tensor.FromArray<float>([0.25f, 0.75f], [1, 2])]);
        var task = new Classification(["cat", "dog"]);

        using var loss = task.Loss([logits], batch);
        using var sum = task.LossSum([logits], batch);

        var all = Math.Log(Math.Exp(1) + Math.Exp(3));
        Assert.Equal((0.25 * (all - 1)) + (0.75 * (all - 3)), loss.Item<double>(), 1e-6);
        Assert.Equal(all - 1, sum.Item<double>(), 1e-6);
    }

    [Fact]
    public void The_likeliest_class_is_decoded_with_its_probability()
    {
        using var logits = Tensor.FromArray<float>([0, 1, 3, 3], [2, 2]);
        var decoded = new Classification(["cat", "dog"]).Decode([logits]);
        Assert.Equal([("dog", 1), ("cat", 0)], decoded.Select(prediction => (prediction.Name, prediction.Class)));
        Assert.Equal(
            [1 / (1 + Math.Exp(-1)), 0.5],
            decoded.Select(prediction => prediction.Probability),
            (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void A_network_with_another_number_of_classes_is_refused()
    {
        var g = new GraphBuilder("two");
        var graph = g.Build(g.Linear("fc", g.Flatten("flatten", g.Input("input", 1, 1, 1)), 2));
        var data = new ImageDataset("pictures", [0], [0], 1, 1, 1, ["a", "b", "c"], new([0], [1]));
        var error = Assert.Throws<OcsInputException>(() => new Classification(data.ClassNames).Check(graph, data));
        Assert.Equal(
            "Network 'two' has 2 classes, but pictures has 3; give the right number of classes.",
            error.Message);
    }
}
