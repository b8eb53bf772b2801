using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.RunLog;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Training;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.PixelFormats;

namespace Ocs.Cli.Runs;

/// <summary>Some held-out images with what is in them and what the networks find, for the report.</summary>
internal static class SamplePictures
{
    private const int Most = 4;

    // A legend of eighty colours helps nobody.
    private const int MostClasses = 24;

    // Of the objects that are shown.
    private const double LeastScore = 0.3;

    // A pixel of a mask shows as much of the image.
    private const float ImageShare = 0.35f;

    /// <summary>The pictures of a run; null for tasks that have none.</summary>
    /// <param name="result">The network at the end.</param>
    /// <param name="data">The samples.</param>
    /// <param name="whole">The file with the network right before the cut, if there is one.</param>
    public static RunSamples? Of(TrainingResult result, ExperimentData data, string whole)
    {
        var task = data.For(result.Graph).Task;
        if (task is not (Segmentation or Detection)
            || data.Test is not (SampleDataset and INormalizedImages { Count: > 0 } test))
        {
            return null;
        }

        using var _ = Autograd.NoGrad();
        using var batch = Spread((SampleDataset)test);
        using var before = result.Record is not null && File.Exists(whole) ? Network.Load(whole) : null;
        using var parameters = result.Parameters.To(Device.Cpu);
        var images = Pixels(batch.Images, test.Normalization);
        var (height, width) = ((int)batch.Images.Shape[2], (int)batch.Images.Shape[3]);
        List<(string Column, Rgb24[][] Pictures)> columns =
            [("image", images), ("truth", Truth(task, batch, images, width))];
        if (before is not null)
        {
            columns.Add(("before the cut", Found(task, before.Graph, before.Parameters, batch, images)));
        }

        columns.Add(("at the end", Found(task, result.Graph, parameters, batch, images)));
        var classes = task is Segmentation segmentation ? segmentation.ClassNames : ((Detection)task).ClassNames;
        return new()
        {
            Columns = [.. columns.Select(column => column.Column)],
            Rows =
            [
                .. images.Select((_, i) => (ImmutableArray<string>)
                    [.. columns.Select(column => Png(column.Pictures[i], height, width))]),
            ],
            Legend =
                [.. classes.Take(MostClasses).Select((name, i) => new SampleColour(name, ColourOf(i).ToHex()[..6]))],
        };
    }

    // Neighbours are often alike.
    private static Batch Spread(SampleDataset data)
    {
        var count = Math.Min(Most, data.Count);
        Sample[] samples = [.. Enumerable.Range(0, count).Select(i => data.Get(i * data.Count / count, seed: null))];
        try
        {
            return new(0, Stacked(samples, sample => sample.Inputs), Stacked(samples, sample => sample.Targets));
        }
        finally
        {
            foreach (var tensor in samples.SelectMany(sample => sample.Inputs.Concat(sample.Targets)))
            {
                tensor.Dispose();
            }
        }
    }

    private static Tensor[] Stacked(Sample[] samples, Func<Sample, Tensor[]> part) =>
    [
        .. Enumerable.Range(0, part(samples[0]).Length)
            .Select(i => Aten.Stack([.. samples.Select(sample => part(sample)[i])])),
    ];

    private static Rgb24[][] Truth(ITask task, Batch batch, Rgb24[][] images, int width)
    {
        if (task is Segmentation)
        {
            var labels = Array.ConvertAll(batch.Labels.ToArray<long>(), label => (int)label);
            return [.. labels.Chunk(images[0].Length).Select((classes, i) => Painted(images[i], classes))];
        }

        // Boxes and classes of the images one after the other, as many for each.
        var (edges, labelled) = (batch.Targets[0].ToArray<double>(), batch.Targets[1].ToArray<long>());
        var most = labelled.Length / images.Length;
        return
        [
            .. images.Select((image, i) => Framed(image, width, Enumerable.Range(i * most, most)
                .Where(at => labelled[at] >= 0)
                .Select(at => (
                    (int)labelled[at],
                    new BoundingBox(edges[4 * at], edges[4 * at + 1], edges[4 * at + 2], edges[4 * at + 3]))))),
        ];
    }

    private static Rgb24[][] Found(
        ITask task, Graph graph, ParameterTable parameters, Batch batch, Rgb24[][] images)
    {
        var outputs = new Executor(graph, parameters).ForwardAll([.. batch.Inputs], training: false);
        try
        {
            return task is Segmentation segmentation
                ? [.. segmentation.Decode(outputs).Select((found, i) =>
                    Painted(images[i], [.. found.Classes.Select(label => (int)label)]))]
                : [.. ((Detection)task).Decode(outputs).Select((found, i) => Framed(
                    images[i],
                    (int)batch.Images.Shape[3],
                    found.Where(box => box.Score >= LeastScore).Select(box => (box.Class, box.Box))))];
        }
        finally
        {
            outputs.ToList().ForEach(tensor => tensor.Dispose());
        }
    }

    // Boxes as frames of two pixels, shares of the image.
    private static Rgb24[] Framed(Rgb24[] image, int width, IEnumerable<(int Class, BoundingBox Box)> boxes)
    {
        const int Thickness = 2;
        var painted = image.ToArray();
        var height = image.Length / width;
        foreach (var (label, box) in boxes)
        {
            var colour = ColourOf(label).Rgb;
            var (left, right) = (At(box.Left, width), At(box.Right, width));
            var (top, bottom) = (At(box.Top, height), At(box.Bottom, height));
            for (var y = top; y <= bottom; y++)
            {
                for (var x = left; x <= right; x++)
                {
                    if (y < top + Thickness || y > bottom - Thickness || x < left + Thickness || x > right - Thickness)
                    {
                        painted[(y * width) + x] = colour;
                    }
                }
            }
        }

        return painted;

        static int At(double share, int length) => Math.Clamp((int)(share * length), 0, length - 1);
    }

    // [H W] of each image, as it was before it was normalized.
    private static Rgb24[][] Pixels(Tensor images, Normalization normalization)
    {
        var plane = (int)(images.Shape[2] * images.Shape[3]);
        return
        [
            .. images.ToArray<float>().Chunk(3 * plane).Select(values => Enumerable.Range(0, plane)
                .Select(i => new Rgb24(Byte(values, 0, i), Byte(values, 1, i), Byte(values, 2, i))).ToArray()),
        ];

        byte Byte(float[] values, int channel, int i) => (byte)Math.Clamp(
            255 * ((values[(channel * plane) + i] * normalization.StandardDeviation[channel])
                + normalization.Mean[channel]) + 0.5f,
            0, 255);
    }

    private static Rgb24[] Painted(Rgb24[] image, int[] classes) =>
    [
        .. image.Zip(classes, (pixel, label) => label < 0 ? pixel : ColourOf(label) is var colour
            ? new Rgb24(Mixed(pixel.R, colour.R), Mixed(pixel.G, colour.G), Mixed(pixel.B, colour.B))
            : pixel),
    ];

    private static byte Mixed(byte image, byte colour) =>
        (byte)((ImageShare * image) + ((1 - ImageShare) * colour));

    // Hues a golden ratio of the circle apart, so that neighbours differ; bright and dark in turns.
    private static Rgba32 ColourOf(int label)
    {
        const double GoldenRatio = 0.618033988749895;
        var hue = 6 * (label * GoldenRatio % 1);
        var value = label % 2 == 0 ? 0.95 : 0.65;
        return new(Channel(5), Channel(3), Channel(1));

        byte Channel(double offset)
        {
            var k = (offset + hue) % 6;
            return (byte)(255 * value * (1 - (0.8 * Math.Max(0, Math.Min(Math.Min(k, 4 - k), 1)))));
        }
    }

    private static string Png(Rgb24[] pixels, int height, int width)
    {
        using var image = Image.LoadPixelData<Rgb24>(pixels, width, height);
        using var stream = new MemoryStream();
        image.Save(stream, new PngEncoder());
        return Convert.ToBase64String(stream.ToArray());
    }
}
