namespace Ocs.Tasks.Tests;

/// <summary>Pascal VOC's figures: by hand, and beside a plain program of the definitions.</summary>
public sealed class VocEvaluationTests
{
    // Right, wrong, right, of three objects: recalls 1/3, 1/3, 2/3 with precisions 1, 1/2, 2/3.
    [Fact]
    public void The_area_is_that_of_the_curve()
    {
        var objects = new[] { 0, 40, 80 }.Select(left => MadeUpBoxes.Object(0, left, 0, left + 20, 20)).ToArray();
        var images = new EvaluatedImage[]
        {
            new([.. objects], [
                new(0, 0.9, objects[0].Box), new(0, 0.8, new(0, 100, 20, 120)), new(0, 0.7, objects[1].Box)]),
        };
        var result = VocEvaluation.Run(images, 1);
        Assert.Equal((1 / 3.0) + (2 / 9.0), result.MeanAveragePrecision, 1e-12);
        Assert.Equal([1, 0.5, 2 / 3.0], result.Curves[0].Points.Select(point => point.Precision));
        Assert.Equal([1 / 3.0, 1 / 3.0, 2 / 3.0], result.Curves[0].Points.Select(point => point.Recall));
        Assert.Equal([0.9, 0.8, 0.7], result.Curves[0].Points.Select(point => point.Score));

        // Recalls 0 to 0.3 have 1, 0.4 to 0.6 have 2/3.
        var eleven = VocEvaluation.Run(images, 1, interpolation: VocInterpolation.ElevenPoints);
        Assert.Equal((4 + 3 * (2 / 3.0)) / 11, eleven.MeanAveragePrecision, 1e-12);
    }

    [Fact]
    public void A_second_detection_of_an_object_is_wrong_and_one_of_a_difficult_object_does_not_count()
    {
        var easy = MadeUpBoxes.Object(0, 0, 0, 20, 20);
        var difficult = MadeUpBoxes.Object(0, 50, 50, 70, 70) with { IsIgnored = true };
        var curve = VocEvaluation.Run(
            [
                new([easy, difficult], [
                    new(0, 0.9, difficult.Box), new(0, 0.8, difficult.Box), new(0, 0.7, easy.Box),
                    new(0, 0.6, easy.Box)]),
            ],
            1).Curves[0];
        Assert.Equal(1, curve.Objects);
        Assert.Equal([1.0, 0.5], curve.Points.Select(point => point.Precision));
        Assert.Equal(1, curve.AveragePrecision);
    }

    [Fact]
    public void Half_an_overlap_is_right_and_classes_without_objects_are_left_out()
    {
        var truth = MadeUpBoxes.Object(0, 0, 0, 100, 100);
        var half = new DetectedBox(0, 0.5, new(0, 0, 100, 50));
        var result = VocEvaluation.Run([new([truth], [half, new(1, 0.5, new(0, 0, 9, 9))])], 2);
        Assert.Equal(1, result.MeanAveragePrecision);
        Assert.True(double.IsNaN(result.Curves[1].AveragePrecision));
        Assert.Equal(0, VocEvaluation.Run([new([truth], [half])], 1, iou: 0.51).MeanAveragePrecision);
    }

    [Fact]
    public void Figures_are_those_of_a_plain_program_of_the_definitions()
    {
        for (var seed = 100; seed < 200; seed++)
        {
            var images = MadeUpBoxes.Images(new Dice(seed), classes: 3);
            var result = VocEvaluation.Run(images, 3);
            for (var label = 0; label < 3; label++)
            {
                Assert.Equal(Plain(images, label), result.Curves[label].AveragePrecision, 1e-9);
            }
        }
    }

    // Each recall that is reached weighs the step to it with the best precision from there on.
    private static double Plain(List<EvaluatedImage> images, int label)
    {
        var found = new HashSet<(int Image, int Object)>();
        var verdicts = new List<bool>();
        var all = images
            .SelectMany((image, i) => image.Detections.Where(box => box.Class == label).Select(box => (box, i)))
            .OrderByDescending(entry => entry.box.Score);
        foreach (var (box, i) in all)
        {
            var ranked = images[i].Objects
                .Select((truth, o) => (truth, o, Iou: truth.Box.Iou(box.Box)))
                .Where(entry => entry.truth.Class == label && entry.Iou >= 0.5)
                .OrderByDescending(entry => entry.Iou)
                .ToList();
            if (ranked.Count == 0 || !(ranked[0].truth.IsCrowd || ranked[0].truth.IsIgnored))
            {
                verdicts.Add(ranked.Count > 0 && found.Add((i, ranked[0].o)));
            }
        }

        var objects = images.Sum(image => image.Objects.Count(
            truth => truth.Class == label && !truth.IsCrowd && !truth.IsIgnored));
        if (objects == 0)
        {
            return double.NaN;
        }

        double Precision(int count) => verdicts.Take(count).Count(right => right) / (double)count;
        return Enumerable.Range(1, verdicts.Count).Where(count => verdicts[count - 1])
            .Sum(count => Enumerable.Range(count, verdicts.Count - count + 1).Max(Precision) / objects);
    }
}
