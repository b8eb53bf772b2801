using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Pruning;

// Removes half of the multiplications from an ONNX network, and writes another ONNX file.
using var network = Network.Load(args[0]);
using var cut = network.Prune(new PruneOptions { Target = 0.5, Ranking = Ranking.Isomorphic });
cut.Network.Save("small.onnx");
Console.WriteLine($"{network.Macs:N0} -> {cut.Network.Macs:N0} MACs, proof passed: {cut.Gate.Passed}");
