using Ocs.Cli.Runs;

namespace Ocs.Cli.Tests.Runs;

public sealed class SweepTests
{
    [Fact]
    public void Every_combination_has_its_point_and_the_last_key_changes_fastest()
    {
        var points = Sweep.Points(["pruning.target=0.3,0.5", "pruning.ranking=global, isomorphic"]);

        Assert.Equal(
            ["target=0.3,ranking=global", "target=0.3,ranking=isomorphic", "target=0.5,ranking=global",
                "target=0.5,ranking=isomorphic"],
            points.Select(point => point.Name));
        Assert.Equal(["pruning.target=0.5", "pruning.ranking=isomorphic"], points[^1].Assignments.ToArray());
    }

    [Fact]
    public void A_list_in_brackets_is_one_value_and_a_folders_name_holds_no_separator()
    {
        var points = Sweep.Points(["training.milestones=[1,2],[3, 4]", "model=a/b.onnx"]);

        Assert.Equal(["training.milestones=[1,2]", "model=a/b.onnx"], points[0].Assignments.ToArray());
        Assert.Equal("milestones=+3++4+,model=a+b.onnx", points[1].Name);
    }

    [Theory]
    [InlineData("pruning.target", "was given 'pruning.target'")]
    [InlineData("pruning.target=", "was given 'pruning.target='")]
    [InlineData("pruning.target=0.3,,0.5", "was given")]
    [InlineData("=0.3", "was given")]
    [InlineData("pruning.target=0.3,0.3", "has a value twice")]
    public void What_is_no_sweep_is_refused(string sweep, string why) =>
        Assert.Contains(
            why, Assert.Throws<OcsInputException>(() => Sweep.Points([sweep])).Message, StringComparison.Ordinal);

    [Fact]
    public void A_key_is_swept_once_and_not_a_thousandfold()
    {
        Assert.Contains("given twice", Refused(["seed=1,2", "seed=3"]), StringComparison.Ordinal);
        var many = string.Join(',', Enumerable.Range(0, 40));
        Assert.Contains(
            "more than 1,000 runs", Refused([$"seed={many}", $"data-limit={many}"]), StringComparison.Ordinal);

        static string Refused(string[] sweeps) => Assert.Throws<OcsInputException>(() => Sweep.Points(sweeps)).Message;
    }
}
