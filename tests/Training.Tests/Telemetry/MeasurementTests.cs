using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Ocs.Training.Tests.Telemetry;

/// <summary>What listeners of the meter and of the activities get from a training.</summary>
[NoTensorLeaks]
public sealed class MeasurementTests : IDisposable
{
    private const string Source = "Ocs.Training";
    private readonly TemporaryFolder _folder = new();
    private readonly List<Measurement> _measured = [];
    private readonly List<Activity> _activities = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_step_is_measured_with_the_numbers_that_an_observer_sees()
    {
        using var meter = Meter();
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(TinyTask.Pruning, observer);
        using var result = trainer.Run();

        var steps = observer.Steps;
        Assert.Equal(5 * TinyTask.StepsPerEpoch, steps.Count);
        Assert.Equal(TinyTask.Train.Count * 5L, (long)Values("ocs.training.samples").Sum());
        Assert.Equal(steps.Select(step => step.Loss), Values("ocs.training.loss"));
        Assert.Equal(steps.Select(step => step.SamplesPerSecond), Values("ocs.training.speed"));
        Assert.Equal(steps.Select(step => step.LearningRate), Values("ocs.training.learning_rate"));
        Assert.Equal(
            steps.Select(step => step.Lambda).OfType<double>(), Values("ocs.training.regularization_strength"));
        Assert.Equal(steps.Select(step => step.J).OfType<double>(), Values("ocs.training.stability.similarity"));
        Assert.Equal(steps.Select(step => step.AverageJ).OfType<double>(), Values("ocs.training.stability.average"));
        Assert.NotEmpty(Values("ocs.training.regularization_strength"));
        Assert.NotEmpty(Values("ocs.training.stability.average"));

        var macs = Values("ocs.training.macs").ToList();
        Assert.Equal((result.Original.Macs, result.Graph.Macs), ((long)macs[0], (long)macs[^1]));
        Assert.Equal(3 * TinyTask.StepsPerEpoch, macs.Count(value => (long)value == result.Original.Macs));
        Assert.All(_measured, value => Assert.Equal("tiny", value.Tags["ocs.model"]));
        Assert.All(_measured, value => Assert.False(value.Tags.ContainsKey("ocs.run")));
    }

    [Fact]
    public void Every_evaluation_is_measured_by_the_names_of_the_tasks_metrics()
    {
        using var meter = Meter();
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(pruning: null, observer);
        using var result = trainer.Run();

        Assert.Equal(observer.Records.Select(record => record.ValLoss!.Value), Values("ocs.evaluation.loss"));
        var metrics = _measured.Where(value => value.Instrument.Name == "ocs.evaluation.metric").ToList();
        Assert.Equal(
            observer.Records.Select(record => record.ValAccuracy!.Value), metrics.Select(value => value.Value));
        Assert.All(metrics, value => Assert.Equal("accuracy", value.Tags["ocs.metric"]));
    }

    [Fact]
    public void Instruments_follow_the_conventions_of_their_names_and_units()
    {
        using var meter = Meter();
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(TinyTask.Pruning, observer);
        trainer.Run().Dispose();

        var instruments = _measured.Select(value => value.Instrument).Distinct().ToList();
        Assert.Equal(10, instruments.Count);
        Assert.All(instruments, instrument =>
        {
            Assert.Matches(@"^ocs\.(training|evaluation)(\.[a-z]+(_[a-z]+)*)+$", instrument.Name);
            Assert.Matches(@"^(1|\{[a-z]+\}(/s)?)$", instrument.Unit!);
            Assert.EndsWith(".", instrument.Description!, StringComparison.Ordinal);
            Assert.Equal("0.1.0", instrument.Meter.Version);
        });

        // A name is no name space of another.
        var names = instruments.Select(instrument => instrument.Name).ToList();
        Assert.DoesNotContain(names, name => names.Exists(
            other => other.StartsWith($"{name}.", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_run_is_an_activity_with_epochs_evaluations_the_cut_and_its_proof_in_it()
    {
        using var listener = Listener();
        using var observer = new RecordingObserver();
        using (var run = TrainingRun.Begin(
            _folder.PathOf("run"), TinyTask.Network(), TinyTask.Data, TinyTask.Options, TinyTask.Pruning,
            observer: observer))
        {
            using var result = run.Execute();
        }

        var whole = _activities.Single(activity => activity.OperationName == "ocs.run");
        var epochs = _activities.Where(activity => activity.OperationName == "ocs.epoch").ToList();
        var cut = _activities.Single(activity => activity.OperationName == "ocs.cut");
        var verify = _activities.Single(activity => activity.OperationName == "ocs.verify");
        Assert.Null(whole.Parent);
        Assert.Equal(ActivityStatusCode.Unset, whole.Status);
        Assert.All(epochs, epoch => Assert.Same(whole, epoch.Parent));
        Assert.Equal([0, 1, 2, 3, 4], epochs.Select(epoch => (int)epoch.GetTagItem("ocs.epoch")!));
        Assert.Equal(
            ["train", "sparsity", "sparsity", "final", "final"],
            epochs.Select(epoch => (string)epoch.GetTagItem("ocs.phase")!));
        Assert.Same(epochs[3], cut.Parent);
        Assert.Same(cut, verify.Parent);
        Assert.True((long)cut.GetTagItem("ocs.macs.after")! < (long)cut.GetTagItem("ocs.macs.before")!);
        Assert.All(epochs, epoch => Assert.Contains(
            _activities, activity => activity.OperationName == "ocs.evaluation" && activity.Parent == epoch));
        Assert.All(_activities, activity => Assert.Equal(
            ("tiny", _folder.PathOf("run")), (activity.GetTagItem("ocs.model"), activity.GetTagItem("ocs.run"))));
        Assert.InRange(epochs.Sum(epoch => epoch.Duration.TotalSeconds), 0, whole.Duration.TotalSeconds);
        Assert.Null(Activity.Current);
    }

    [Fact]
    public void A_run_that_fails_is_an_activity_with_the_error()
    {
        using var listener = Listener();
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(
            TinyTask.Pruning, observer, TinyTask.Options with { LearningRate = 1e30 });
        var error = Assert.Throws<TrainingDivergedException>(() => trainer.Run());

        var whole = _activities.Single(activity => activity.OperationName == "ocs.run");
        Assert.Equal((ActivityStatusCode.Error, error.Message), (whole.Status, whole.StatusDescription));
        Assert.Equal("exception", Assert.Single(whole.Events).Name);
        Assert.Null(Activity.Current);
    }

    [Fact]
    public void Listeners_change_nothing_of_the_training()
    {
        var alone = Losses();
        using var meter = Meter();
        using var listener = Listener();
        Assert.Equal(alone, Losses());
        Assert.NotEmpty(_measured);
        Assert.NotEmpty(_activities);

        static double[] Losses()
        {
            using var observer = new RecordingObserver();
            using var trainer = TinyTask.Trainer(TinyTask.Pruning, observer);
            trainer.Run().Dispose();
            return [.. observer.Steps.Select(step => step.Loss)];
        }
    }

    private IEnumerable<double> Values(string instrument) =>
        _measured.Where(value => value.Instrument.Name == instrument).Select(value => value.Value);

    private MeterListener Meter()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == Source)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        return listener;
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measured.Add(new(instrument, value, new(tags.ToArray(), StringComparer.Ordinal)));

    private ActivityListener Listener()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _activities.Add,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private sealed record Measurement(Instrument Instrument, double Value, Dictionary<string, object?> Tags);
}
