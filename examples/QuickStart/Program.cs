using Ocs.Data;
using Ocs.Formats;
using Ocs.Pruning;
using Ocs.Training;
using Ocs.Zoo;

var train = DatasetCatalog.Open("fashion-mnist", DatasetSplit.Train).Sample(10_000, seed: 0);
var test = DatasetCatalog.Open("fashion-mnist", DatasetSplit.Test);
var network = Models.Build("cifar_resnet8", NetworkInput.Mnist);
var training = new TrainingOptions { Epochs = 3 };
var pruning = OneCycleOptions.Auto with { Target = 0.5 };
using var trainer = new OneCycleTrainer(network, new(train, test, AugmentationOptions.FashionTrain), training, pruning);
using var result = trainer.Run();
result.Network.Save("pruned.onnx");
Console.WriteLine($"{network.Macs:N0} -> {result.Network.Macs:N0} MACs, accuracy {result.ValidationAccuracy:P1}");
