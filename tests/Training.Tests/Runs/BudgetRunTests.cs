using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Surgery;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Runs;

namespace Ocs.Training.Tests.Runs;

/// <summary>Several budgets from one run: each is the run that it says, to the bit, however it was stopped.</summary>
[NoTensorLeaks]
public sealed class BudgetRunTests : IDisposable
{
    private static readonly string[] Files =
        [RunDirectory.ModelName, RunDirectory.BestName, RunDirectory.WeightsName, RunDirectory.OnnxName];

    private static readonly OneCycleOptions Auto = OneCycleOptions.Auto with { RoundTo = 1, Ranking = Ranking.Global };
    private static readonly BudgetOptions Three = new() { Targets = [0.3, 0.5, 0.7] };

    // The average is handed on, too.
    private static readonly TrainingOptions Options =
        TinyTask.Options with { Epochs = 7, EmaDecay = 0.9, Padding = PaddingChoice.Never };

    private readonly TemporaryFolder _folder = new();

    public BudgetRunTests() => TorchRuntime.Threads = TestThreads.Count;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_budget_is_the_ordinary_run()
    {
        Ordinary("ordinary", (Auto with { Target = 0.4 }).For(Options.Epochs));
        var curve = Train("budgets", new() { Targets = [0.4] })!;

        AssertEqual("ordinary", "budgets/0.4");
        Assert.Equal((0.4, false), (curve.Chosen, curve.ReferenceIsTwin));
    }

    [Fact]
    public void The_first_budget_is_the_run_with_its_epochs_and_each_later_one_meets_its_target_of_the_whole_network()
    {
        var curve = Train("budgets", Three)!;
        var plans = BudgetPlan.Of(Auto, Three, Options.Epochs);
        Ordinary("ordinary", plans[0].Options);

        AssertEqual("ordinary", "budgets/0.3");
        var whole = TinyTask.Network();
        Assert.Equal((whole.Macs, whole.ParameterCount), (curve.Macs, curve.Parameters));
        foreach (var (point, plan) in curve.Points.Zip(plans))
        {
            var run = RunLogReader.Read(_folder.PathOf($"budgets/{point.Folder}"));
            using var network = Network.Load(Path.Combine(run.Path, RunDirectory.ModelName));
            Assert.Equal((network.Macs, network.Graph.ParameterCount), (point.Macs, point.Parameters));
            // A channel of this network is up to 4 % of its MACs.
            Assert.InRange(1 - (double)network.Macs / whole.Macs, point.Target, point.Target + 0.04);
            Assert.Equal(plan.Options.LatestCutEpoch, point.CutEpoch);
            Assert.Equal(Enumerable.Range(0, Options.Epochs), run.Records.Select(record => record.Epoch));
            Assert.Equal((whole.Macs, point.Target), (run.Summary!.MacsBefore, run.Summary.Target));
            Assert.True(run.Summary.Gate!.Passed);
            AssertRecord(whole, network, run.Summary);
        }

        // Each later run has the epochs of the one before it up to that one's cut.
        foreach (var (first, second) in curve.Points.Zip(curve.Points.Skip(1)))
        {
            Assert.Equal(
                Lines(first).Take(first.CutEpoch!.Value), Lines(second).Take(first.CutEpoch.Value));
            Assert.NotEqual(Lines(first)[first.CutEpoch.Value], Lines(second)[first.CutEpoch.Value]);
        }

        Assert.True(File.Exists(_folder.PathOf("budgets/report.html")));
        Assert.True(File.Exists(_folder.PathOf("budgets/budgets.json")));

        string[] Lines(BudgetPoint point) => File.ReadAllLines(_folder.PathOf($"budgets/{point.Folder}/run.jsonl"));
    }

    [Theory]
    [InlineData(PaddingChoice.Never, new[] { 2, 13, 20, 22 })]
    [InlineData(PaddingChoice.Always, new[] { 12, 25, 32, 35 })]
    public void What_is_stopped_anywhere_goes_on_to_the_same_files(PaddingChoice padding, int[] stops)
    {
        var options = Options with { Padding = padding };
        Train("whole", Three, options: options);
        // Three steps an epoch, cuts before epochs 4, 5 and 6 of 7: 21 steps of the first run, 9 and 6 of the others.
        var plans = BudgetPlan.Of(Auto, Three, Options.Epochs);
        Assert.Equal([4, 5, 6], plans.Select(plan => plan.Options.LatestCutEpoch!.Value));
        foreach (var step in stops)
        {
            var name = $"stopped{step}";
            using var observer = new RecordingObserver { StopAfter = step };
            Assert.Null(Train(name, Three, observer, options));
            Assert.NotNull(Train(name, Three, options: options));
            foreach (var plan in plans)
            {
                AssertEqual($"whole/{plan.Name}", $"{name}/{plan.Name}");
            }
        }
    }

    [Fact]
    public void A_part_that_goes_on_by_itself_hands_its_network_on_all_the_same()
    {
        Train("whole", Three);
        using var observer = new RecordingObserver { StopAfter = 2 };
        Assert.Null(Train("parts", Three, observer));
        var plans = BudgetPlan.Of(Auto, Three, Options.Epochs);
        using (var run = TrainingRun.Resume(
            _folder.PathOf("parts/0.3"), TinyTask.Data, Options, plans[0].Options))
        {
            run.Execute().Dispose();
        }

        Assert.NotNull(Train("parts", Three));
        AssertEqual("whole/0.7", "parts/0.7");
    }

    [Fact]
    public void The_twin_in_the_folder_is_the_reference()
    {
        using (var run = TrainingRun.Begin(
            _folder.PathOf("budgets/twin"), TinyTask.Network(), TinyTask.Data, Options))
        {
            run.Execute().Dispose();
        }

        var twin = RunLogReader.Read(_folder.PathOf("budgets/twin")).Summary!;
        var curve = Train("budgets", Three)!;
        Assert.Equal((twin.ValAccuracy, true), (curve.Reference, curve.ReferenceIsTwin));
    }

    [Fact]
    public void Other_options_other_folders_and_targets_too_close_are_refused()
    {
        Train("budgets", new() { Targets = [0.3, 0.5] });
        Refused("holds runs with other options", "budgets", Three);
        _folder.Write("full/notes.txt", "mine");
        Refused("exists already", "full", Three);
        Refused(
            "is no less than the target 0.301; give targets that lie further apart.", "close",
            new() { Targets = [0.3, 0.301] });
        Directory.Delete(_folder.PathOf("budgets/0.5"), recursive: true);
        Refused("holds no run to resume", "budgets", new() { Targets = [0.3, 0.5] });
        Assert.NotNull(BudgetRun.Execute(
            _folder.PathOf("budgets"), TinyTask.Network(), TinyTask.Data, Options, Auto,
            new() { Targets = [0.3, 0.6] }, replace: true));
        Assert.False(File.Exists(_folder.PathOf("budgets/0.5/model.ocs")));

        void Refused(string reason, string name, BudgetOptions budgets) => Assert.Contains(
            reason, Assert.Throws<OcsInputException>(() => Train(name, budgets)).Message, StringComparison.Ordinal);
    }

    private BudgetCurve? Train(
        string name, BudgetOptions budgets, RecordingObserver? observer = null, TrainingOptions? options = null) =>
        BudgetRun.Execute(
            _folder.PathOf(name), TinyTask.Network(), TinyTask.Data, options ?? Options, Auto, budgets,
            observer: observer, cancellationToken: observer?.Stop ?? default);

    private void Ordinary(string name, OneCycleOptions pruning)
    {
        using var run = TrainingRun.Begin(_folder.PathOf(name), TinyTask.Network(), TinyTask.Data, Options, pruning);
        run.Execute().Dispose();
    }

    // The cuts one after the other are the one that the record says, made of the whole network at once.
    private static void AssertRecord(Graph whole, Network network, RunSummary summary)
    {
        var record = network.Record!;
        var coupling = CouplingGraph.Build(whole);
        var subnetwork = new Subnetwork(
            [.. record.Groups.Select(group => group.Kept)], [.. record.Groups.Select(group => group.Channels)]);
        Assert.True(subnetwork.IsOf(coupling.Groups));
        var atOnce = CutPlan.Create(coupling, subnetwork).After;
        Assert.Equal(
            atOnce.Parameters.Select(spec => (spec.Name, string.Join('x', spec.Shape))),
            network.Graph.Parameters.Select(spec => (spec.Name, string.Join('x', spec.Shape))));
        Assert.Equal((whole.Macs, network.Macs), (record.MacsBefore, record.MacsAfter));
        Assert.Equal(summary.Target!.Value, record.Target, 1e-12);
        Assert.Equal(
            coupling.Groups.Select(group => group.Channels), summary.Groups.Select(group => group.Channels));
        Assert.Equal(whole.Macs, summary.Layers.Sum(layer => layer.MacsBefore));
        Assert.Equal(network.Macs, summary.Layers.Sum(layer => layer.MacsAfter));
    }

    private void AssertEqual(string first, string second)
    {
        foreach (var file in Files)
        {
            Assert.Equal(
                File.ReadAllBytes(Path.Combine(_folder.PathOf(first), file)),
                File.ReadAllBytes(Path.Combine(_folder.PathOf(second), file)));
        }
    }
}
