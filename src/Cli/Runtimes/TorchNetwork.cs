using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Passes;
using Ocs.OnnxRuntime;
using Ocs.Torch;

namespace Ocs.Cli.Runtimes;

/// <summary>
/// A network under libtorch, without autograd. Owns the graph's weights. A detector has the outputs of its ONNX file.
/// </summary>
internal sealed class TorchNetwork : RunnableNetwork
{
    public TorchNetwork(string name, Network model)
        : base(name)
    {
        Model = DetectionOutputs.CanDecode(model.Graph)
            ? new(DetectionOutputs.Decode(model.Graph), model.Parameters, model.Record)
            : model;
        Size = new(model.Graph.Macs, model.Graph.ParameterCount, NetworkMemory.OfInference(model.Graph));
    }

    public Network Model { get; }

    public override string Runtime => $"libtorch {TorchRuntime.Version}";

    public override ImmutableArray<ValueInfo> Inputs =>
    [
        .. Model.Graph.InputNodes.Zip(Model.Graph.InputNames, (node, name) =>
            new ValueInfo(name, ElementType.Float32, node.Shape.SetItem(0, -1))),
    ];

    public override ImmutableArray<string> Outputs => [.. Model.Graph.NamedOutputs.Select(output => output.Name)];

    /// <summary>libtorch computes in 32 bits, but the network may be compared with its 16-bit ONNX file.</summary>
    public override bool IsSixteenBit => Model.Graph.Origin?.WeightType is "Float16" or "Bfloat16";

    public override int? TokensOf(int input) =>
        TokenInputs.Rows(Model.Graph, Model.Graph.Nodes.IndexOf(Model.Graph.InputNodes.ElementAt(input)));

    public override NetworkRun Prepare(IReadOnlyList<TensorData> inputs) =>
        new TorchRun(Model, [.. inputs.Select(input => Tensor.FromArray(input.As<float>(), input.Shape.AsSpan()))]);

    public override void Dispose() => Model.Dispose();

    private sealed class TorchRun(Network network, Tensor[] inputs) : NetworkRun
    {
        private IReadOnlyList<Tensor> _outputs = [];

        public override void Execute()
        {
            Release();
            using var _ = Autograd.NoGrad();
            _outputs = network.ForwardAll(inputs);
        }

        // The executor computes a value once, even if it is an output twice.
        public override IReadOnlyList<TensorData> Read()
        {
            int[] nodes = [.. network.Graph.Outputs.Distinct()];
            return [.. network.Graph.NamedOutputs.Select(output => Read(_outputs[Array.IndexOf(nodes, output.Node)]))];
        }

        public override void Dispose()
        {
            Release();
            Array.ForEach(inputs, input => input.Dispose());
        }

        private static TensorData Read(Tensor output)
        {
            using var floats = output.To(DType.Float32);
            return TensorData.Of(floats.ToArray<float>(), floats.Shape);
        }

        private void Release()
        {
            foreach (var output in _outputs)
            {
                output.Dispose();
            }

            _outputs = [];
        }
    }
}
