using System.Collections.Immutable;
using Ocs.Cli.Output;
using Ocs.Data;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.RunLog;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Training;
using SixLabors.ImageSharp.PixelFormats;

namespace Ocs.Cli.Runs;

/// <summary>Some held-out images with labels and the networks' predictions, for the report.</summary>
internal static class SamplePictures
{
    private const int Most = 4;

    // A legend of eighty colours would not help.
    private const int MostClasses = 24;

    // The lowest score of shown objects.
    private const double LeastScore = 0.3;

    /// <summary>The pictures of a run; null for tasks without pictures.</summary>
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
                    [.. columns.Select(column => Drawing.Base64Of(column.Pictures[i], height, width))]),
            ],
            Legend =
                [.. classes.Take(MostClasses).Select((name, i) => new SampleColour(name, Drawing.HexOf(i)))],
        };
    }

    // Consecutive samples are often similar.
    private static Batch Spread(SampleDataset data)
    {
        var count = Math.Min(Most, data.Count);
        int[] chosen = [.. Enumerable.Range(0, count).Select(i => i * data.Count / count)];
        return data.Make(batch: 0, chosen, seed: null, workers: 1);
    }

    private static Rgb24[][] Truth(ITask task, Batch batch, Rgb24[][] images, int width)
    {
        if (task is Segmentation)
        {
            var labels = Array.ConvertAll(batch.Labels.ToArray<long>(), label => (int)label);
            return [.. labels.Chunk(images[0].Length).Select((classes, i) => Drawing.Painted(images[i], classes))];
        }

        // Boxes and classes of the images in order, padded to equal numbers.
        var (edges, labelled) = (batch.Targets[0].ToArray<double>(), batch.Targets[1].ToArray<long>());
        var most = labelled.Length / images.Length;
        return
        [
            .. images.Select((image, i) => Drawing.Framed(image, width, Enumerable.Range(i * most, most)
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
                    Drawing.Painted(images[i], [.. found.Classes.Select(label => (int)label)]))]
                : [.. ((Detection)task).Decode(outputs).Select((found, i) => Drawing.Framed(
                    images[i],
                    (int)batch.Images.Shape[3],
                    found.Where(box => box.Score >= LeastScore).Select(box => (box.Class, box.Box))))];
        }
        finally
        {
            outputs.ToList().ForEach(tensor => tensor.Dispose());
        }
    }

    // The pixels [H W] of each image before normalization.
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
}
