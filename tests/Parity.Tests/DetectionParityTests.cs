using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Parity.Tests;

/// <summary>
/// SSD300 beside torchvision 0.14's: network, default boxes, loss with its gradients, detections, and the changes of
/// colours. generate_detection.py wrote the numbers.
/// </summary>
[NoTensorLeaks]
public sealed class DetectionParityTests
{
    private const int Few = 5;
    private static readonly ImmutableArray<string> Classes = ["a", "b", "c", "d"];

    private static readonly JsonNode Stored = JsonNode.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "detection.json")))!;

    private static readonly Graph Vgg = Models.Build("ssd300_vgg16");

    private static DefaultBoxes Boxes => (DefaultBoxes)Vgg.Nodes[Vgg.Outputs[0]].Operator;

    [Fact]
    public void Names_shapes_and_outputs_of_the_network_are_torchvisions()
    {
        var stored = Stored["vgg"]!;
        Assert.Equal((long)stored["parameters"]!, Vgg.ParameterCount);
        var described = string.Concat(Vgg.Parameters
            .OrderBy(spec => spec.Name, StringComparer.Ordinal)
            .Select(spec => $"{spec.Name} {JsonSerializer.Serialize(spec.Shape)}\n"));
        Assert.True(
            (string)stored["shapes"]! == Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(described))),
            $"not torchvision's names and shapes:\n{described}");
        using var parameters = ParameterTable.FromTensors(Vgg, Vgg.Parameters
            .OrderBy(spec => spec.Name, StringComparer.Ordinal)
            .Index()
            .ToDictionary(entry => entry.Item.Name, entry => Weight(entry.Index, entry.Item)));
        using var input = Hashed(1000, [1, 3, 300, 300], 1, -0.5);
        using var _ = Autograd.NoGrad();
        var outputs = new Executor(Vgg, parameters).ForwardAll([input], training: false);
        AssertValues(outputs[0], stored["boxes"]!, (double)stored["boxNorm"]!, 499);
        AssertValues(outputs[1], stored["scores"]!, (double)stored["scoreNorm"]!, 9973);
        Dispose(outputs);
    }

    [Fact]
    public void Default_boxes_are_torchvisions()
    {
        var values = Boxes.Values();
        var expected = Stored["defaultBoxes"]!.Deserialize<double[]>()!;
        Assert.Equal(4 * 8732, values.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], values[97 * i], 1e-5);
        }
    }

    [Fact]
    public void Detections_are_torchvisions()
    {
        using var logits = Hashed(1001, [1, 8732, Few], 8, -4);
        using (var background = Aten.Narrow(logits, 2, 0, 1))
        {
            Aten.AddInPlace(background, 3.5);
        }

        using var offsets = Hashed(1002, [1, 8732, 4], 4, -2);
        using var task = new Detection(Classes, Boxes) { Decoding = DetectionDecoding.Torchvision };
        var found = task.Decode([offsets, logits])[0];
        var stored = Stored["detections"]!;
        Assert.Equal(stored["labels"]!.Deserialize<int[]>()!, found.Select(box => box.Class));
        AssertNear(stored["scores"]!.Deserialize<double[]>()!, found.Select(box => box.Score), 1e-5);
        AssertNear(
            stored["boxes"]!.Deserialize<double[]>()!,
            found.SelectMany(box => (double[])[box.Box.Left, box.Box.Top, box.Box.Right, box.Box.Bottom]),
            1e-4);
    }

    [Theory]
    [InlineData(DetectionLossNormalization.PerBatch, "perBatch")]
    [InlineData(DetectionLossNormalization.PerImage, "perImage")]
    public void Loss_and_gradients_are_those_of_torchvisions_functions(
        DetectionLossNormalization normalization, string name)
    {
        var stored = Stored["loss"]![name]!;
        using var offsets = Hashed(1003, [2, 8732, 4], 2, -1);
        using var logits = Hashed(1004, [2, 8732, Few], 4, -2);
        offsets.RequiresGrad = true;
        logits.RequiresGrad = true;
        using var batch = Targets();
        using var task = new Detection(Classes, Boxes) { LossNormalization = normalization };
        using var loss = task.Loss([offsets, logits], batch);
        Assert.Equal((double)stored["loss"]!, loss.Item<double>(), 1e-5 * (double)stored["loss"]!);
        Autograd.Backward(loss);
        foreach (var (tensor, gradient) in new[] { offsets, logits }.Zip(stored["gradients"]!.AsArray()))
        {
            using var ours = tensor.GetGradient()!;
            var values = ours.ToArray<float>();
            var weights = Values(1005, values.Length);
            var norm = (double)gradient!["norm"]!;
            Assert.Equal(norm, Math.Sqrt(values.Sum(value => (double)value * value)), 1e-5 * norm);
            Assert.Equal((double)gradient["largest"]!, values.Max(Math.Abs), 1e-5);
            Assert.Equal((int)gradient["nonzero"]!, values.Count(value => value != 0));
            Assert.Equal((double)gradient["weighted"]!, values.Zip(weights, (v, w) => (double)v * w).Sum(), 1e-5);
        }
    }

    [Fact]
    public void Matched_boxes_are_as_many_as_in_torchvision()
    {
        using var batch = Targets();
        using var defaults = new BoxConstants(Boxes, Device.Cpu);
        using var matches = BoxMatching.Match(batch.Targets[0], batch.Targets[1], defaults, 0.5);
        var counts = matches.Classes.ToArray<long>().Chunk(8732).Select(image => image.Count(label => label > 0));
        Assert.Equal(Stored["loss"]!["matched"]!.Deserialize<int[]>()!, counts);
    }

    [Fact]
    public void Colours_change_as_in_torchvision()
    {
        Check("brightness", image => ColourJitter.Brighten(image, 1.4f));
        Check("contrast", image => ColourJitter.ChangeContrast(image, 0.6f));
        Check("saturation", image => ColourJitter.Saturate(image, 1.5f));
        Check("hue", image => ColourJitter.MoveHue(image, -0.07f));

        static void Check(string name, Action<float[]> change)
        {
            var image = Values(1006, 3 * 5 * 7);
            change(image);
            AssertNear(
                Stored["colours"]![name]!.Deserialize<double[]>()!, image.Select(value => (double)value), 1e-5);
        }
    }

    private static Batch Targets()
    {
        var images = Stored["loss"]!["objects"]!.AsArray();
        const int Most = 6;
        var (boxes, classes) = (new double[images.Count * Most * 4], new long[images.Count * Most]);
        Array.Fill(classes, -1);
        for (var image = 0; image < images.Count; image++)
        {
            foreach (var (position, label) in images[image]!["classes"]!.AsArray().Index())
            {
                var at = (image * Most) + position;
                classes[at] = (long)label!;
                var edges = images[image]!["boxes"]![position]!.Deserialize<double[]>()!;
                edges.Select(edge => edge / 300).ToArray().CopyTo(boxes, 4 * at);
            }
        }

        return new(0, [Tensor.Zeros([images.Count, 1])], [
            Tensor.FromArray(boxes, [images.Count, Most, 4]), Tensor.FromArray(classes, [images.Count, Most])]);
    }

    private static void AssertValues(Tensor tensor, JsonNode stored, double norm, int step)
    {
        using var contiguous = tensor.Contiguous();
        var values = contiguous.ToArray<float>();
        var expected = stored.Deserialize<double[]>()!;
        var largest = expected.Max(Math.Abs);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], values[step * i], 1e-4 * largest);
        }

        Assert.Equal(norm, Math.Sqrt(values.Sum(value => (double)value * value)), 1e-4 * norm);
    }

    private static void AssertNear(double[] expected, IEnumerable<double> actual, double tolerance)
    {
        var values = actual.ToArray();
        Assert.Equal(expected.Length, values.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], values[i], tolerance);
        }
    }

    private static Tensor Weight(int k, ParameterSpec spec)
    {
        if (spec.Name == "backbone.scale_weight")
        {
            return Hashed(k, spec.Shape, 1, 5);
        }

        var reach = Math.Sqrt(6.0 * spec.Shape[0] / spec.ElementCount);
        return spec.Shape.Length == 1 ? Hashed(k, spec.Shape, 0.2, -0.1) : Hashed(k, spec.Shape, 2 * reach, -reach);
    }

    private static Tensor Hashed(int k, ImmutableArray<long> shape, double factor, double plus)
    {
        var values = Values(k, (int)NodeShapes.ElementCount(shape));
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)((factor * values[i]) + plus);
        }

        return Tensor.FromArray(values, shape.AsSpan());
    }

    private static float[] Values(int k, int count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            var h = unchecked((uint)i * 2654435761 + (uint)k * 2246822519);
            h ^= h >> 15;
            h = unchecked(h * 2246822519);
            h ^= h >> 13;
            values[i] = (float)(h / 4294967296.0);
        }

        return values;
    }

    private static void Dispose(IEnumerable<Tensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            tensor.Dispose();
        }
    }
}
