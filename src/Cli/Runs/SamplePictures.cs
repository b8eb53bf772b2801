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

    // A pixel of a mask shows as much of the image.
    private const float ImageShare = 0.35f;

    /// <summary>The pictures of a run; null for tasks that have none.</summary>
    /// <param name="result">The network at the end.</param>
    /// <param name="data">The samples.</param>
    /// <param name="whole">The file with the network right before the cut, if there is one.</param>
    public static RunSamples? Of(TrainingResult result, ExperimentData data, string whole)
    {
        if (data is not { ForTraining.Task: Segmentation task, Test: MaskFolder test })
        {
            return null;
        }

        using var _ = Autograd.NoGrad();
        using var batch = Spread(test);
        using var before = result.Record is not null && File.Exists(whole) ? Network.Load(whole) : null;
        var images = Pixels(batch.Images, test.Normalization);
        var (height, width) = ((int)batch.Images.Shape[2], (int)batch.Images.Shape[3]);
        List<(string Column, int[][] Classes)> columns = [("truth", Truth(batch, height * width))];
        if (before is not null)
        {
            columns.Add(("before the cut", Found(task, before.Graph, before.Parameters, batch)));
        }

        using var parameters = result.Parameters.To(Device.Cpu);
        columns.Add(("at the end", Found(task, result.Graph, parameters, batch)));
        return new()
        {
            Columns = ["image", .. columns.Select(column => column.Column)],
            Rows =
            [
                .. images.Select((image, i) => (ImmutableArray<string>)
                [
                    Png(image, height, width),
                    .. columns.Select(column => Png(Painted(image, column.Classes[i]), height, width)),
                ]),
            ],
            Legend = [.. task.ClassNames.Select((name, i) => new SampleColour(name, ColourOf(i).ToHex()[..6]))],
        };
    }

    // Neighbours are often alike.
    private static Batch Spread(SampleDataset data)
    {
        var count = Math.Min(Most, data.Count);
        Sample[] samples = [.. Enumerable.Range(0, count).Select(i => data.Get(i * data.Count / count, seed: null))];
        try
        {
            return new(
                0, [Aten.Stack([.. samples.Select(sample => sample.Inputs[0])])],
                [Aten.Stack([.. samples.Select(sample => sample.Targets[0])])]);
        }
        finally
        {
            foreach (var tensor in samples.SelectMany(sample => sample.Inputs.Concat(sample.Targets)))
            {
                tensor.Dispose();
            }
        }
    }

    private static int[][] Truth(Batch batch, int pixels) =>
        [.. Array.ConvertAll(batch.Labels.ToArray<long>(), label => (int)label).Chunk(pixels)];

    private static int[][] Found(Segmentation task, Graph graph, ParameterTable parameters, Batch batch)
    {
        using var output = new Executor(graph, parameters).Forward(batch.Images, training: false);
        return [.. task.Decode([output]).Select(image => image.Classes.Select(label => (int)label).ToArray())];
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
