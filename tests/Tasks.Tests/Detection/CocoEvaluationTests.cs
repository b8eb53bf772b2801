using System.Text.Json.Nodes;
using Ocs.Data;

namespace Ocs.Tasks.Tests;

/// <summary>COCO's figures: by hand, beside COCO's program, and beside a plain program of the definitions.</summary>
public sealed class CocoEvaluationTests
{
    private static readonly JsonArray Stored = JsonNode.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "coco.json")))!.AsArray();

    [Fact]
    public void A_perfect_detector_has_1_and_none_has_0()
    {
        var objects = MadeUpBoxes.Object(0, 10, 10, 50, 50);
        var perfect = CocoEvaluation.Run([new([objects], [new(0, 0.9, objects.Box)])], 2);
        Assert.Equal((1, 1, 1, 1), (perfect.Ap, perfect.Ap50, perfect.Ar1, perfect.ApMedium));
        Assert.Equal((double.NaN, double.NaN), (perfect.ApSmall, perfect.ClassAp[1]));

        var blind = CocoEvaluation.Run([new([objects], [])], 1);
        Assert.Equal((0, 0), (blind.Ap, blind.Ar100));
    }

    // IoU 0.8 is right up to the threshold 0.80: seven of ten. The false alarm before it halves the precision.
    [Fact]
    public void A_box_that_is_off_counts_up_to_its_overlap()
    {
        var truth = MadeUpBoxes.Object(0, 0, 0, 100, 100);
        var near = new DetectedBox(0, 0.8, new(0, 0, 100, 80));
        Assert.Equal(0.7, CocoEvaluation.Run([new([truth], [near])], 1).Ap, 1e-12);

        var alarm = new DetectedBox(0, 0.9, new(150, 150, 180, 180));
        Assert.Equal(0.35, CocoEvaluation.Run([new([truth], [near, alarm]), new([], [])], 1).Ap, 1e-12);
    }

    [Fact]
    public void A_crowd_takes_any_number_of_detections_and_none_of_them_counts()
    {
        var crowd = MadeUpBoxes.Object(0, 0, 0, 100, 100) with { IsCrowd = true };
        var one = MadeUpBoxes.Object(0, 150, 150, 190, 190);
        var inside = Enumerable.Range(0, 5).Select(i => new DetectedBox(0, 0.9, new(10 * i, 0, 10 * i + 20, 20)));
        var result = CocoEvaluation.Run([new([crowd, one], [.. inside, new(0, 0.1, one.Box)])], 1);
        Assert.Equal((1, 1), (result.Ap, result.Ar100));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Figures_are_those_of_cocos_program(int number)
    {
        var stored = Stored[number]!;
        var images = stored["images"]!.AsArray().Select(ImageOf).ToList();
        var result = CocoEvaluation.Run(images, (int)stored["classes"]!);
        var stats = stored["stats"]!;
        double[] ours =
        [
            result.Ap, result.Ap50, result.Ap75, result.ApSmall, result.ApMedium, result.ApLarge,
            result.Ar1, result.Ar10, result.Ar100, result.ArSmall, result.ArMedium, result.ArLarge,
        ];
        string[] names =
            ["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"];
        foreach (var (name, value) in names.Zip(ours))
        {
            AssertFigure((double)stats[name]!, value);
        }

        foreach (var (expected, value) in stored["classAp"]!.AsArray().Zip(result.ClassAp))
        {
            AssertFigure((double)expected!, value);
        }
    }

    [Fact]
    public void Figures_are_those_of_a_plain_program_of_the_definitions()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var images = MadeUpBoxes.Images(new Dice(seed), classes: 3);
            var result = CocoEvaluation.Run(images, 3);
            AssertSame(PlainCoco.Ap(images, 3, 0, 1e10), result.Ap);
            AssertSame(PlainCoco.Ap(images, 3, 0, 32 * 32), result.ApSmall);
            AssertSame(PlainCoco.Ap(images, 3, 32 * 32, 96 * 96), result.ApMedium);
            AssertSame(PlainCoco.Ap(images, 3, 96 * 96, 1e10), result.ApLarge);
            AssertSame(PlainCoco.Ar(images, 3, 1, 0, 1e10), result.Ar1);
            AssertSame(PlainCoco.Ar(images, 3, 10, 0, 1e10), result.Ar10);
            AssertSame(PlainCoco.Ar(images, 3, 100, 32 * 32, 96 * 96), result.ArMedium);
        }
    }

    [Fact]
    public void A_class_that_is_not_one_of_them_is_an_error()
    {
        var images = new EvaluatedImage[] { new([], []), new([], [new(3, 0.5, new(0, 0, 1, 1))]) };
        Assert.Equal(
            "A box of image 1 has class 3, but there are 3 classes; give classes from 0 to 2.",
            Assert.Throws<OcsInputException>(() => CocoEvaluation.Run(images, 3)).Message);
    }

    // COCO's program says -1 where nothing counts.
    private static void AssertFigure(double stored, double ours) =>
        AssertSame(stored < 0 ? double.NaN : stored, ours);

    private static void AssertSame(double expected, double ours)
    {
        Assert.Equal(double.IsNaN(expected), double.IsNaN(ours));
        if (!double.IsNaN(expected))
        {
            Assert.Equal(expected, ours, 1e-6);
        }
    }

    private static EvaluatedImage ImageOf(JsonNode? image) => new(
        [
            .. image!["objects"]!.AsArray().Select(entry => new GroundTruthBox(
                (int)entry!["category"]!, BoxOf(entry["box"]!), (double)entry["area"]!, (int)entry["crowd"]! == 1)),
        ],
        [
            .. image["detections"]!.AsArray().Select(entry =>
                new DetectedBox((int)entry!["category"]!, (double)entry["score"]!, BoxOf(entry["box"]!))),
        ]);

    private static BoundingBox BoxOf(JsonNode box) =>
        BoundingBox.FromSize((double)box[0]!, (double)box[1]!, (double)box[2]!, (double)box[3]!);
}
