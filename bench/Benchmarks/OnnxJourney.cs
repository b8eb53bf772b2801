using System.Diagnostics;
using System.Text.Json.Nodes;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.OnnxRuntime;
using Ocs.Pruning;
using Ocs.Pruning.Surgery;
using Ocs.Torch;
using Ocs.Training;
using Ocs.Training.Optimizers;

namespace Ocs.Benchmarks;

/// <summary>
/// The steps of one exported network: import, comparison of forward with ONNX Runtime, a cut to half of its MACs
/// through the gate, a training step, export, and ONNX Runtime on the export. It ends at the first step that fails,
/// with a sentence. PyTorch's outputs are compared too: the exporter folds batch norms into weights, which alone
/// changes deep networks by up to 1e-4.
/// </summary>
internal sealed class OnnxJourney(string folder)
{
    public const double Tolerance = 1e-4;
    private const double Target = 0.5;
    private const double Rate = 1e-3;

    private readonly JsonObject _result = [];

    /// <summary>The steps' names, in order.</summary>
    public static IReadOnlyList<string> Steps { get; } =
        ["import", "forward", "prune", "train", "export", "ONNX Runtime"];

    public static JsonObject Run(string folder)
    {
        TorchRuntime.Threads = 1;
        var journey = new OnnxJourney(folder);
        var step = 0;
        try
        {
            journey.Travel(done => step = done);
        }
        catch (Exception error)
            when (error is OcsInputException or TorchException or OnnxRuntimeException or InvalidOperationException)
        {
            journey._result["failed"] = Steps[step];
            journey._result["why"] = error.Message.ReplaceLineEndings(" ");
        }

        journey._result["peak_mib"] = Machine.PeakMebibytes;
        return journey._result;
    }

    private void Travel(Action<int> isAt)
    {
        isAt(0);
        var start = Stopwatch.GetTimestamp();
        using var model = OnnxFile.Read(Path.Combine(folder, "model.onnx"));
        _result["import_ms"] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        _result["macs"] = model.Graph.Macs;
        _result["parameters"] = model.Graph.ParameterCount;

        isAt(1);
        var (numbers, shape) = NumpyFile.Read(Path.Combine(folder, "input.npy"));
        using var images = Tensor.FromArray<float>(numbers, shape);
        var outputs = Forward(model.Graph, model.Parameters, images);
        start = Stopwatch.GetTimestamp();
        using var session = InferenceSession.Open(Path.Combine(folder, "model.onnx"), 1);
        _result["load_ms"] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        var expected = session.Run(TensorData.Of(numbers, shape))[0].As<float>();
        var computed = NumpyFile.Read(Path.Combine(folder, "output.npy")).Numbers;
        _result["pytorch_difference"] = Difference(outputs, computed);
        _result["between_difference"] = Difference(expected, computed);
        _result["forward_difference"] = Require(outputs, expected);

        isAt(2);
        var (graph, parameters) = Prune(model, images);
        using (parameters)
        {
            isAt(3);
            _result["loss"] = Train(graph, parameters, images);

            isAt(4);
            var path = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.onnx");
            try
            {
                OnnxFile.Write(path, graph, parameters);
                isAt(5);
                _result["onnxruntime_difference"] = Require(
                    Runtime(path, numbers, shape), Forward(graph, parameters, images));
            }
            finally
            {
                File.Delete(path);
                File.Delete($"{path}.data");
            }
        }
    }

    private (Graph Graph, ParameterTable Parameters) Prune(Network model, Tensor images)
    {
        var search = new SubnetworkSearch(
            model.Graph, OneCycleOptions.Paper with { Target = Target, Ranking = Ranking.PerGroup });
        _result["groups"] = search.Coupling.Groups.Count(group => group.IsPrunable);
        var partition = search.Find(model.Parameters);
        var cut = ProvenCut.Make(search, partition, model.Parameters, images);
        _result["macs_removed"] = 1 - (double)cut.Network.Macs / model.Graph.Macs;
        if (1 - (double)cut.Network.Macs / model.Graph.Macs >= Target - 0.01)
        {
            return (cut.Network.Graph, cut.Release().Parameters);
        }

        cut.Dispose();
        throw new InvalidOperationException($"only {_result["macs_removed"]:P0} of the MACs leave: {partition.Note}");
    }

    private static double Train(Graph graph, ParameterTable parameters, Tensor images)
    {
        using var optimizer = new Sgd(new TrainingOptions { LearningRate = Rate, Momentum = 0 });
        using var logits = new Executor(graph, parameters).Forward(images, training: true);
        long[] places = [logits.Shape[0], .. logits.Shape[2..]];
        var count = (int)places.Aggregate(1L, (product, size) => product * size);
        using var labels = Tensor.FromArray<long>(
            [.. Enumerable.Range(0, count).Select(place => place * 7L % logits.Shape[1])], places);
        using var loss = Aten.CrossEntropy(logits, labels);
        Autograd.Backward(loss);
        optimizer.Step(parameters, Rate);
        var value = loss.Item<double>();
        return double.IsFinite(value) ? value : throw new InvalidOperationException("the loss is not a number");
    }

    private static float[] Forward(Graph graph, ParameterTable parameters, Tensor images)
    {
        using var _ = Autograd.NoGrad();
        using var output = new Executor(graph, parameters).Forward(images, training: false);
        return output.ToArray<float>();
    }

    private static float[] Runtime(string path, float[] numbers, long[] shape)
    {
        using var session = InferenceSession.Open(path, 1);
        return session.Run(TensorData.Of(numbers, shape))[0].As<float>();
    }

    private static double Require(float[] actual, float[] expected) =>
        Difference(actual, expected) is var difference && difference <= Tolerance
            ? difference
            : throw new InvalidOperationException($"outputs differ by {difference:0.0e+0} of the largest");

    // The difference relative to the largest output.
    private static double Difference(float[] actual, float[] expected) => actual.Length == expected.Length
        ? actual.Zip(expected, (left, right) => Math.Abs((double)left - right))
        .Max() / Math.Max(expected.Max(Math.Abs), 1e-12)
        : throw new InvalidOperationException($"{actual.Length} outputs instead of {expected.Length}");
}
