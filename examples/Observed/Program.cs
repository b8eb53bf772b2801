using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Ocs.Data;
using Ocs.Pruning;
using Ocs.Training;
using Ocs.Zoo;

var train = DatasetCatalog.Open("fashion-mnist", DatasetSplit.Train).Sample(2_000, seed: 0);
var test = DatasetCatalog.Open("fashion-mnist", DatasetSplit.Test).Sample(500, seed: 0);
var network = Models.Build("cifar_resnet8", NetworkInput.Mnist);

// The training logs to the application's log.
using var loggers = LoggerFactory.Create(
    builder => builder.AddSimpleConsole(options => options.SingleLine = true).SetMinimumLevel(LogLevel.Information));
var setup = new TrainerSetup { Logger = loggers.CreateLogger("training") };

// Measurements, as for any listener: here the remaining MACs.
var macs = new SortedSet<long>();
using var listener = new MeterListener();
listener.InstrumentPublished = (instrument, self) =>
{
    if (instrument is { Meter.Name: "Ocs.Training", Name: "ocs.training.macs" })
    {
        self.EnableMeasurementEvents(instrument);
    }
};
listener.SetMeasurementEventCallback<long>((_, value, _, _) => macs.Add(value));
listener.Start();

// Progress is reported after each step. The token ends the training after the current step.
using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(10));
Console.CancelKeyPress += (_, key) => (key.Cancel, _) = (true, stop.CancelAsync());
var progress = new Progress<TrainingProgress>(step =>
{
    if (step.Step % 10 == 0)
    {
        Console.WriteLine(
            $"epoch {step.Epoch}, step {step.Step} of {step.Steps}: loss {step.Loss:0.000}, "
            + $"{step.Remaining:m\\:ss} left");
    }
});
using var trainer = new OneCycleTrainer(
    network, new(train, test, AugmentationOptions.FashionTrain), new() { Epochs = 4, BatchSize = 64 },
    OneCycleOptions.Auto with { Target = 0.5 }, setup);
using var result = trainer.Run(progress, stop.Token);
Console.WriteLine(
    $"stopped: {result.Stopped}, accuracy {result.ValidationAccuracy:P1}, "
    + $"MACs on the way: {string.Join(" and ", macs.Reverse().Select(value => $"{value:N0}"))}");
