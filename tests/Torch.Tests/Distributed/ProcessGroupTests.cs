using System.Text.RegularExpressions;

namespace Ocs.Torch.Tests.Distributed;

/// <summary>Collectives and the reducer, the ranks being threads.</summary>
[NoTensorLeaks]
public class ProcessGroupTests
{
    [Fact]
    public void A_broadcast_gives_every_rank_the_values_of_the_root()
    {
        var values = Ranks.Run(3, group =>
        {
            using var tensor = Tensor.FromArray<float>([group.Rank, 10 * group.Rank], [2]);
            group.Broadcast(tensor, root: 1);
            return tensor.ToArray<float>();
        });

        Assert.All(values, value => Assert.Equal([1, 10], value));
    }

    [Fact]
    public void An_all_reduce_sums_or_takes_the_largest()
    {
        var values = Ranks.Run(3, group =>
        {
            using var sum = Tensor.FromArray<double>([group.Rank, 1], [2]);
            using var largest = Tensor.FromArray<long>([group.Rank, -group.Rank], [2]);
            group.AllReduce(sum);
            group.AllReduce(largest, GroupReduction.Max);
            return (sum.ToArray<double>(), largest.ToArray<long>());
        });

        Assert.All(values, value => Assert.Equal([3, 3], value.Item1));
        Assert.All(values, value => Assert.Equal([2, 0], value.Item2));
    }

    [Fact]
    public void An_all_gather_gives_the_values_in_the_order_of_ranks()
    {
        var values = Ranks.Run(2, group =>
        {
            using var own = Tensor.FromArray<byte>([(byte)(7 + group.Rank)], [1]);
            var all = group.AllGather(own);
            var bytes = all.SelectMany(tensor => tensor.ToArray<byte>()).ToArray();
            Array.ForEach(all, tensor => tensor.Dispose());
            return bytes;
        });

        Assert.All(values, value => Assert.Equal([7, 8], value));
    }

    [Fact]
    public void Backward_through_the_reducer_leaves_the_mean_gradient_step_after_step()
    {
        // d(sum(x w))/dw = x, and d(3 b)/db = 3: rank 0 sees x = 1, rank 1 sees x = 2, times the step.
        var gradients = Ranks.Run(2, group =>
        {
            using var w = Tensor.Ones([4]);
            using var b = Tensor.Ones([1]);
            w.RequiresGrad = b.RequiresGrad = true;
            using var reducer = new GradientReducer(group, [w, b]);
            return Enumerable.Range(1, 3).Select(step =>
            {
                reducer.BeginForward();
                using var x = Tensor.Full([4], step * (group.Rank + 1));
                using var product = Aten.Mul(w, x);
                using var scaled = Aten.Mul(b, 3);
                using var both = Aten.Add(product, scaled);
                using var loss = Aten.Sum(both);
                reducer.Backward(loss);
                using var ofW = w.GetGradient()!;
                using var ofB = b.GetGradient()!;
                var result = (ofW.ToArray<float>(), ofB.ToArray<float>());
                w.SetGradient(null);
                b.SetGradient(null);
                return result;
            }).ToList();
        });

        foreach (var rank in gradients)
        {
            for (var step = 1; step <= 3; step++)
            {
                Assert.Equal(Enumerable.Repeat(1.5f * step, 4), rank[step - 1].Item1);
                Assert.Equal([12], rank[step - 1].Item2);
            }
        }
    }

    [Fact]
    public void A_rank_that_has_left_fails_the_others_with_a_sentence()
    {
        var sentences = Ranks.Run(2, group =>
        {
            Meet(group);
            return group.Rank == 1 ? "" : Assert.Throws<TorchException>(() => Meet(group)).Message;
        });

        // Whether the end of the connection is read, or what was sent to it is refused first, is a race within the
        // system.
        const string reason = "Connection closed by peer .+|Read error .+: Connection reset by peer|writev .+: "
            + "(Connection reset by peer|Broken pipe)";
        var sentence = "^Rank 0 of 2: another process of the run is gone or does not answer \\(("
            + reason + ")\\), so this one ends too; look at its messages, and start all of them again\\.$";
        Assert.True(Regex.IsMatch(sentences[0], sentence), sentences[0]);
    }

    [Fact]
    public void A_rank_that_is_silent_fails_the_others_after_the_timeout()
    {
        using var told = new ManualResetEventSlim();
        var sentences = Ranks.Run(
            2,
            group =>
            {
                Meet(group);
                if (group.Rank == 1)
                {
                    told.Wait(TimeSpan.FromSeconds(30));
                    return "";
                }

                var error = Assert.Throws<TorchException>(() => Meet(group));
                told.Set();
                return error.Message;
            },
            TimeSpan.FromSeconds(1));

        Assert.Contains("imed out waiting 1000ms", sentences[0], StringComparison.Ordinal);
    }

    // Waits until every rank has come here.
    private static void Meet(ProcessGroup group)
    {
        using var nothing = Tensor.Zeros([1]);
        group.AllReduce(nothing);
    }
}
