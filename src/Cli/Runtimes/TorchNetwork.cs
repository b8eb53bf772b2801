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
        new TorchRun(Model.Graph, given => Model.ForwardAll(given), Tensors(inputs));

    public override NetworkRun PrepareFast(IReadOnlyList<TensorData> inputs)
    {
        var given = Tensors(inputs);
        try
        {
            var fast = FastNetwork.Of(Model.Graph, Model.Parameters, given);
            Tensor[] laid = [.. given.Select(fast.Laid)];
            return new TorchRun(fast.Graph, these => fast.Executor.ForwardAll(these, training: false), laid, fast);
        }
        finally
        {
            Array.ForEach(given, input => input.Dispose());
        }
    }

    public override void Dispose() => Model.Dispose();

    private static Tensor[] Tensors(IReadOnlyList<TensorData> inputs) =>
        [.. inputs.Select(input => Tensor.FromArray(input.As<float>(), input.Shape.AsSpan()))];

    private sealed class TorchRun(
        Graph graph, Func<Tensor[], IReadOnlyList<Tensor>> forward, Tensor[] inputs, IDisposable? owned = null)
        : NetworkRun
    {
        private IReadOnlyList<Tensor> _outputs = [];

        public override void Execute()
        {
            Release();
            using var _ = Autograd.NoGrad();
            _outputs = forward(inputs);
        }

        // The executor computes a value once, even if it is an output twice.
        public override IReadOnlyList<TensorData> Read()
        {
            int[] nodes = [.. graph.Outputs.Distinct()];
            return [.. graph.NamedOutputs.Select(output => Read(_outputs[Array.IndexOf(nodes, output.Node)]))];
        }

        public override void Dispose()
        {
            Release();
            Array.ForEach(inputs, input => input.Dispose());
            owned?.Dispose();
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
