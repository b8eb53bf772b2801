using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>Collects objects and detections of all images, and measures them at the end.</summary>
internal sealed class DetectionTally(Detection task) : IMetricTally
{
    private readonly List<TalliedImage> _images = [];

    public void Add(IReadOnlyList<Tensor> outputs, Batch batch)
    {
        var found = task.Decode(outputs);
        var (boxes, classes) = (Read(batch.Targets[0]), Read(batch.Targets[1]));
        var kinds = batch.Targets.Count > 2 ? Read(batch.Targets[2]) : null;
        var places = batch.Targets.Count > 3 ? Read(batch.Targets[3]) : null;
        var objects = classes.Length / batch.Count;
        var (height, width) = (batch.Inputs[0].Shape[^2], batch.Inputs[0].Shape[^1]);
        for (var image = 0; image < batch.Count; image++)
        {
            var (down, across) = places is null ? (height, width) : (places[3 * image], places[(3 * image) + 1]);
            var truths = Enumerable.Range(image * objects, objects)
                .Where(position => classes[position] >= 0)
                .Select(position => Truth(position, boxes, classes, kinds, down, across));
            _images.Add(new(
                places is null ? _images.Count : places[(3 * image) + 2],
                new(
                    [.. truths],
                    [.. found[image].Select(box => box with { Box = box.Box.Scale(across, down) })])));
        }
    }

    public ImmutableArray<double> Values(long samples, double loss, IProcessExchange processes)
    {
        var all = processes.Gather([.. _images.SelectMany(image => image.ToNumbers())])
            .SelectMany(TalliedImage.FromNumbers)
            .OrderBy(image => image.Number)
            .Select(image => image.Content)
            .ToList();
        var map = VocEvaluation.Run(all, task.ClassNames.Length).MeanAveragePrecision;
        var ap = CocoEvaluation.Run(all, task.ClassNames.Length).Ap;
        (map, ap) = (double.IsNaN(map) ? 0 : map, double.IsNaN(ap) ? 0 : ap);
        return task.Headline == DetectionMetric.CocoAp ? [ap, map] : [map, ap];
    }

    /// <summary>Pascal VOC's figures and curves over the images that this process has seen.</summary>
    public VocResult Voc() =>
        VocEvaluation.Run([.. _images.Select(image => image.Content)], task.ClassNames.Length);

    private static GroundTruthBox Truth(
        int position, double[] boxes, double[] classes, double[]? kinds, double height, double width)
    {
        var edges = boxes.AsSpan(4 * position, 4);
        var box = new BoundingBox(edges[0], edges[1], edges[2], edges[3]).Scale(width, height);
        var kind = kinds is null ? 0 : (int)kinds[(2 * position) + 1];
        return new(
            (int)classes[position], box, kinds is null ? box.Area : kinds[2 * position],
            IsCrowd: kind == (int)ObjectKind.Crowd, IsIgnored: kind == (int)ObjectKind.Ignored);
    }

    private static double[] Read(Tensor tensor)
    {
        using var here = tensor.To(Device.Cpu);
        using var wide = here.To(DType.Float64);
        return wide.ToArray<double>();
    }
}
