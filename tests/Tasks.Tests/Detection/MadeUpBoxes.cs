using System.Collections.Immutable;
using Ocs.Data;

namespace Ocs.Tasks.Tests;

/// <summary>Images with objects and detections: some empty, with equal scores, crowds and ignored objects.</summary>
internal static class MadeUpBoxes
{
    public static GroundTruthBox Object(int label, double left, double top, double right, double bottom) =>
        new(label, new(left, top, right, bottom), (right - left) * (bottom - top));

    public static List<EvaluatedImage> Images(Dice dice, int classes) =>
        [.. Enumerable.Range(0, 1 + dice.Roll(8)).Select(_ => Image(dice, classes))];

    private static EvaluatedImage Image(Dice dice, int classes)
    {
        ImmutableArray<GroundTruthBox> objects =
        [
            .. Enumerable.Range(0, dice.Pick(0, 1, 4)).Select(_ =>
            {
                var box = Box(dice);
                return new GroundTruthBox(
                    dice.Roll(classes), box, box.Area * dice.Pick(1, 0.5), dice.Chance(0.15), dice.Chance(0.15));
            }),
        ];
        var near = objects.Where(_ => dice.Chance(0.7)).Select(truth => new DetectedBox(
            truth.Class, dice.Roll(5) / 4.0, truth.Box with { Right = truth.Box.Right + dice.Pick(0, 0, 4, 9) }));
        var others = Enumerable.Range(0, dice.Pick(0, 2, 14))
            .Select(_ => new DetectedBox(dice.Roll(classes), dice.Roll(5) / 4.0, Box(dice)));
        return new(objects, [.. near, .. others]);
    }

    private static BoundingBox Box(Dice dice)
    {
        var (left, top) = (8.0 * dice.Roll(12), 8.0 * dice.Roll(12));
        return new(left, top, left + dice.Pick(12, 32, 40, 110), top + dice.Pick(12, 32, 40, 110));
    }
}
