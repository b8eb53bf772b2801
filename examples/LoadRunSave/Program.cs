using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Torch;

using var network = Network.Load("resnet18", weights: args[0]);
using var images = Tensor.Ones([8, 3, 224, 224]);
using var scores = network.Forward(images);
Console.WriteLine($"{network.Macs:N0} MACs, scores {scores}");
network.Save("resnet18.onnx");
