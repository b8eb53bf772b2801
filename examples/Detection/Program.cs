using System.Globalization;
using Ocs.Data;
using Ocs.Formats;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Tasks;
using Ocs.Training;
using Ocs.Training.Schedules;
using Ocs.Zoo;

// Which objects are where? IMAGES ANNOTATIONS [EPOCHS [SIZE]]: a folder of images, and one of Pascal VOC's XML files.
var epochs = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 30;
var size = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 200;
var all = DetectionAnnotations.FromVoc(annotationFolder: args[1], imageFolder: args[0]);
var (train, test) = all.Split(0.2, seed: 0);
Console.WriteLine($"{train.Images.Length} images to train on, {test.Images.Length} to measure on.");
foreach (var remark in all.Remarks)
{
    Console.WriteLine(remark);
}

var options = new DetectionDatasetOptions { Size = size, Augmentation = DetectionAugmentation.Grey };
var (trainSet, testSet) = (new DetectionDataset("train", train, options), new DetectionDataset("test", test, options));
var graph = Models.Build("ssd300_resnet18", new(3, size, size), all.ClassNames.Length);
using var task = Detection.For(graph, all.ClassNames);
var data = new TrainingData(trainSet, testSet) { Task = task };
var training = new TrainingOptions
{
    Epochs = epochs,
    BatchSize = 16,
    EvaluationBatchSize = 16,
    LearningRate = 0.01,
    WeightDecay = 5e-4,
    DecayNormsAndBiases = false,
    ClipGradientNorm = 10,
    WarmupEpochs = epochs > 4 ? 1 : 0,
    Schedule = ScheduleKind.Cosine,
};

// The heads' output channels are boxes and classes, so they stay.
var pruning = OneCycleOptions.Auto with { Target = 0.3 };
using var run = TrainingRun.Begin("run", graph, data, training, pruning, observer: new Progress(), replace: true);
using var result = run.Execute();
result.Network.Save("detector.onnx");
var map = result.Evaluation!["map50"];
Console.WriteLine(
    $"{graph.Macs:N0} -> {result.Network.Macs:N0} MACs, mAP@.5 {map:P1}, gate passed: {result.Gate?.Passed}");

// The detections in the first test image.
using var sample = testSet.Open(new() { BatchSize = 1 }).Epoch(0).First();
var outputs = result.Network.ForwardAll([.. sample.Inputs]);
var found = task.Decode(outputs)[0];
foreach (var output in outputs)
{
    output.Dispose();
}

foreach (var box in found.Take(3))
{
    var ((left, top, right, bottom), name) = (box.Box, task.ClassNames[box.Class]);
    Console.WriteLine($"{name} {box.Score:P0}: {left:0.00}..{right:0.00} across, {top:0.00}..{bottom:0.00} down");
}

// One line per epoch.
internal sealed class Progress : ITrainingObserver
{
    public void EpochDone(RunRecord record) => Console.WriteLine(
        $"epoch {record.Epoch}: {record.Macs:N0} MACs, loss {record.TrainLoss:0.000}, "
        + $"mAP@.5 {record.ValMetrics!["map50"]:P1}, COCO AP {record.ValMetrics["coco-ap"]:P1}");

    public void Message(string sentence) => Console.WriteLine(sentence);
}
