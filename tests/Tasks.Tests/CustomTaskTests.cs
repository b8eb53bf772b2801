using Ocs.Data;
using Ocs.Torch;

namespace Ocs.Tasks.Tests;

[NoTensorLeaks]
public sealed class CustomTaskTests
{
    [Fact]
    public void The_first_metric_that_is_added_is_the_headline_and_the_loss_is_the_last()
    {
        var task = new CustomTask("sums", (outputs, _) => Aten.Mean(outputs[0]))
            .Measure(new("total"), (outputs, _) => Aten.Sum(outputs[0]));
        using var output = Tensor.FromArray<float>([1, 2, 6], [3, 1]);
        using var batch = new Batch(0, [Tensor.Zeros([3, 1])], []);

        using var sum = ((ITask)task).LossSum([output], batch);
        var tally = task.CreateTally();
        tally.Add([output], batch);

        Assert.Equal(["total", "loss"], task.Metrics.Select(metric => metric.Name));
        Assert.Equal(9, sum.Item<double>(), 1e-6);
        Assert.Equal(OutputActivation.None, task.ActivationOf(0));
        Assert.Equal([3.0, 7], tally.Values(3, loss: 7, new OneProcess()), (a, b) => Math.Abs(a - b) < 1e-9);
    }
}
