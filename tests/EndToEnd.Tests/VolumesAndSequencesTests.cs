using Ocs.Formats;
using Ocs.Graphs;
using Ocs.OnnxRuntime;
using Ocs.Pruning;
using Ocs.Torch;
using Ocs.Training;
using Ocs.Training.Optimizers;

namespace Ocs.EndToEnd.Tests;

/// <summary>
/// Networks of videos, volumes and sequences as PyTorch exports them: read whole, trained, cut by half, and written as
/// files from which ONNX Runtime computes the same.
/// </summary>
[NoTensorLeaks]
public sealed class VolumesAndSequencesTests : IDisposable
{
    private const int Epochs = 4;
    private const int StepsPerEpoch = 4;
    private const int Samples = 10;
    private const double Rate = 0.01;
    private const double Tolerance = 1e-4;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [PythonFact]
    public void They_are_trained_cut_and_equal_under_Onnx_runtime()
    {
        var script = Path.Combine(AppContext.BaseDirectory, "torch_volumes_and_sequences.py");
        var (code, said) = Python.Run(script, _folder.Path);
        Assert.True(code == 0, said);
        var exported = Directory.GetFiles(_folder.Path, "*.onnx").Order(StringComparer.Ordinal).ToArray();

        Assert.Equal(11, exported.Length);
        Assert.All(exported, IsTrainedCutAndEqual);
    }

    private void IsTrainedCutAndEqual(string path)
    {
        var whole = OnnxFile.Read(path);
        Assert.Null(whole.Graph.Origin!.Kept);
        var (values, macs) = (Inputs(whole.Graph), whole.Macs);
        AssertEqual(path, whole, values);
        using var cycle = new OneCycle(
            whole, new() { Target = 0.5, SparsityStartEpoch = 1, LatestCutEpoch = 2, RoundTo = 1 }, Epochs);

        var losses = Train(cycle, values);

        Assert.True(cycle.IsCut && cycle.Gate!.Passed);
        Assert.InRange((double)cycle.Network.Macs / macs, 0.3, 0.55);
        Assert.True(losses[^1] < 0.7 * losses[0], $"{path}: the loss went from {losses[0]} to {losses[^1]}");
        var (onnx, ocs) = (_folder.PathOf("cut"), _folder.PathOf("cut.ocs"));
        OnnxFile.Write(onnx, cycle.Network);
        AssertEqual(onnx, cycle.Network, values);
        cycle.Network.Save(ocs);
        using (var again = Network.Load(ocs))
        {
            AssertEqual(onnx, again, values);
        }

        using var back = OnnxFile.Read(onnx);
        AssertEqual(onnx, back, values);
        Assert.Equal(cycle.Network.Macs, back.Macs);
    }

    private static List<double> Train(OneCycle cycle, float[] values)
    {
        using var input = Tensor.FromArray<float>(values, [Samples, .. SampleShape(cycle.Network.Graph)]);
        long[] classes = [.. Enumerable.Range(0, Samples).Select(sample => sample % 2)];
        using var target = Tensor.FromArray<long>(classes, [Samples]);
        using var optimizer = new AdamW(new TrainingOptions { Optimizer = OptimizerKind.Adamw });
        var losses = new List<double>();
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            cycle.BeginEpoch(epoch, [input], optimizer);
            for (var step = 0; step < StepsPerEpoch; step++)
            {
                using var output = cycle.Network.Forward([input], training: true);
                using var loss = Aten.CrossEntropy(output, target);
                Autograd.Backward(loss);
                cycle.AfterBackward();
                optimizer.Step(cycle.Network.Parameters, Rate);
                cycle.AfterStep(Rate);
                losses.Add(loss.Item<float>());
            }
        }

        return losses;
    }

    private static long[] SampleShape(Graph graph) => [.. graph.InputNodes.Single().Shape[1..]];

    /// <summary>
    /// Noise, and in every second sample its absolute value: an instance norm leaves that difference, as it would not
    /// leave another mean or scale.
    /// </summary>
    private static float[] Inputs(Graph graph)
    {
        var size = NodeShapes.ElementCount(SampleShape(graph));
        var values = new Dice(4).Floats(Samples * size, -1, 1);
        for (var index = 0L; index < values.Length; index++)
        {
            values[index] = index / size % 2 == 0 ? values[index] : Math.Abs(values[index]);
        }

        return values;
    }

    private static void AssertEqual(string path, Network network, float[] values)
    {
        using var noGradients = Autograd.NoGrad();
        using var session = InferenceSession.Open(path, 1);
        long[] shape = [Samples, .. SampleShape(network.Graph)];
        using var input = Tensor.FromArray<float>(values, shape);
        using var expected = network.Forward([input], training: false);
        var actual = session.Run(TensorData.Of(values, shape))[0];

        Assert.Equal(expected.Shape.ToArray(), actual.Shape.AsSpan().ToArray());
        Tensors.AssertClose(expected.ToArray<float>(), actual.As<float>(), Tolerance);
    }
}
