using Ocs.Core;
using Ocs.Data;
using Ocs.Formats;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Training;
using Ocs.Zoo;

// dotnet run [EPOCHS]: trains on the images in the folder data, and removes half of the network's multiplications in
// the same run. run.yaml is the same for the command `ocs`.
var epochs = args.Length == 0 ? 20 : int.Parse(args[0]);
const string Folder = "run";
try
{
    var images = new ImageFolderOptions { Size = IMAGE_SIZE };
    var train = ImageFolder.Open("data", DatasetSplit.Train, images);
    var test = ImageFolder.Open("data", DatasetSplit.Test, images);
    var data = new TrainingData(train, test, AugmentationOptions.ImageNetTrain);
    var training = new TrainingOptions { Epochs = epochs, BatchSize = 32 };
    var pruning = OneCycleOptions.Auto with { Target = 0.5 };

    // Ctrl-C stops the run after the step. The next start goes on from there.
    using var stop = new CancellationTokenSource();
    Console.CancelKeyPress += (_, key) => (key.Cancel, _) = (true, stop.CancelAsync());
    var network = Models.Build("MODEL_NAME", new(3, images.Size, images.Size), train.ClassNames.Length);
    using var run = TrainingRun.CanResume(Folder)
        ? TrainingRun.Resume(Folder, data, training, pruning, observer: new Lines())
        : TrainingRun.Begin(Folder, network, data, training, pruning, observer: new Lines());
    using var result = run.Execute(cancellationToken: stop.Token);
    if (result.Stopped)
    {
        Console.WriteLine($"Stopped after {result.EpochsDone} epochs; start again to go on.");
        return 130;
    }

    result.Network.Save("small.onnx");
    Console.WriteLine(
        $"{network.Macs:N0} -> {result.Network.Macs:N0} MACs, accuracy {result.ValidationAccuracy:P1}. "
        + $"The network is in small.onnx, the report in {Folder}/report.html.");
    return 0;
}
catch (OcsInputException error)
{
    // Something about the data, the options or the folder: one sentence says what.
    Console.Error.WriteLine(error.Message);
    return 2;
}

/// <summary>A line for each epoch.</summary>
internal sealed class Lines : ITrainingObserver
{
    public void EpochDone(RunRecord record) => Console.WriteLine(
        $"epoch {record.Epoch}: loss {record.TrainLoss:0.000}, accuracy {record.ValAccuracy:P1}, {record.Macs:N0} MACs");

    public void Message(string sentence) => Console.WriteLine(sentence);
}
