namespace Ocs.Cli.Tests.Commands;

/// <summary>`ocs train --dry-run`.</summary>
[NoTensorLeaks]
public sealed class DryRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _config;

    public DryRunTests() => _config = _folder.Write("run.yaml", """
        model: cifar_resnet8
        data: fashion-mnist
        data-limit: 64
        training: { epochs: 30, batch-size: 16, layout: contiguous }
        pruning: { target: 0.5, maximum-pruned: 0.75 }
        """);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_plan_says_what_a_run_would_do_and_cost_and_nothing_is_written()
    {
        var before = Directory.GetFileSystemEntries(_folder.Path);

        var plan = CommandLine.Run("train", _config, "--dry-run", "--out", _folder.PathOf("run"), "--json").Json;

        Assert.Equal(before, Directory.GetFileSystemEntries(_folder.Path));
        Assert.Equal(4, plan.GetProperty("steps_per_epoch").GetInt32());
        Assert.Equal(
            (64, 64), (plan.GetProperty("train_images").GetInt32(), plan.GetProperty("test_images").GetInt32()));
        var cut = plan.GetProperty("cut");
        Assert.InRange(cut.GetProperty("removed").GetDouble(), 0.5, 0.55);
        Assert.InRange(cut.GetProperty("largest_target").GetDouble(), 0.75, 0.95);
        Assert.True(cut.GetProperty("prunable_groups").GetInt32() < cut.GetProperty("groups").GetInt32());
        var (step, epoch) =
            (plan.GetProperty("step_seconds").GetDouble(), plan.GetProperty("epoch_seconds").GetDouble());
        Assert.InRange(step, 1e-5, 60);
        Assert.True(epoch > 4 * step);
        Assert.Equal(30 * epoch, plan.GetProperty("run_seconds").GetDouble(), 6);
        Assert.True(plan.GetProperty("peak_bytes").GetInt64() > 10_000_000);
    }

    [Fact]
    public void A_criterion_that_needs_gradients_gets_them()
    {
        var cut = CommandLine.Run("train", _config, "--dry-run", "--set", "pruning.saliency=taylor", "--json").Json
            .GetProperty("cut");

        Assert.InRange(cut.GetProperty("removed").GetDouble(), 0.5, 0.55);
    }

    [Fact]
    public void For_people_it_is_some_lines_and_the_baseline_has_no_cut()
    {
        var train = CommandLine.Run("train", _config, "--dry-run");
        var baseline = CommandLine.Run("baseline", _config, "--dry-run");

        Assert.Equal((0, "", 0, ""), (train.Code, train.Error, baseline.Code, baseline.Error));
        Assert.Contains("cut       sparsity learning when the dispute stops falling; the cut 6 epochs later, when "
            + "the pruned slices are 0, at the latest before epoch 15", train.Output, StringComparison.Ordinal);
        Assert.Contains("training  30 epochs of 4 steps", baseline.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("target", baseline.Output, StringComparison.Ordinal);
        Assert.EndsWith("Nothing was started and nothing was written.\n", train.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void With_the_preset_paper_it_says_that_the_cut_waits_for_a_stable_sub_network() => Assert.Contains(
        "cut       sparsity learning from epoch 3; the cut when the sub-network is stable, at the latest before "
            + "epoch 12",
        CommandLine.Run("train", _config, "--dry-run", "--set", "preset=paper").Output,
        StringComparison.Ordinal);

    [Fact]
    public void A_target_out_of_reach_is_told_with_what_can_be_reached() => Assert.Contains(
        "can't be reached: without every channel that may leave,",
        CommandLine.Fails("train", _config, "--dry-run", "--set", "pruning.target=0.99"),
        StringComparison.Ordinal);
}
