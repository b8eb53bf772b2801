
namespace Ocs.Data.Tests;

/// <summary>What reaches the network and the loss.</summary>
[NoTensorLeaks]
public sealed class DetectionDatasetTests : IDisposable
{
    private static readonly Normalization Bytes = new([0, 0, 0], [1 / 255f, 1 / 255f, 1 / 255f]);

    private readonly BoxFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Samples_have_the_stretched_image_and_targets_of_equal_shapes()
    {
        _folder.Picture("a.ppm", 64, 32);
        _folder.Picture("b.ppm", 32, 32);
        _folder.Write("labels/a.txt", "1 0.5 0.5 0.5 1\n0 0.25 0.5 0.5 0.25\n");
        var data = Open(DetectionAugmentation.None);
        Assert.Equal([[3L, 32, 32]], data.InputShapes.Select(shape => shape.ToArray()));
        using var source = data.Open(new() { BatchSize = 2 });
        using var batch = source.Epoch(0).Single();
        Assert.Equal([2, 3, 32, 32], batch.Inputs[0].Shape.ToArray());
        double[] boxes = [0.25, 0, 0.75, 1, 0, 0.375, 0.5, 0.625, 0, 0, 0, 0, 0, 0, 0, 0];
        Assert.Equal(boxes, batch.Targets[0].ToArray<double>());
        Assert.Equal([1, 0, -1, -1], batch.Targets[1].ToArray<long>());
        Assert.Equal([32 * 32, 0, 32 * 8, 0, 0, 0, 0, 0], batch.Targets[2].ToArray<double>());
        Assert.Equal([32, 64, 0, 32, 32, 1], batch.Targets[3].ToArray<double>());

        // The second picture has the right size already: red is the column, green the row.
        var pixels = batch.Inputs[0].ToArray<float>().AsSpan(3 * 32 * 32);
        Assert.Equal((5, 9, 128), (pixels[(9 * 32) + 5], pixels[(32 * 32) + (9 * 32) + 5], pixels[(2 * 32 * 32) + 7]));
    }

    // The picture's pixels tell where they were: a box that follows the image has the same pixels at its edges.
    [Fact]
    public void Boxes_follow_crops_and_flips()
    {
        _folder.Picture("a.ppm", 200, 200);
        _folder.Write("labels/a.txt", "0 0.5 0.5 0.2 0.3\n0 0.2 0.3 0.1 0.1\n");
        var data = Open(DetectionAugmentation.None with { RandomCrop = true, HorizontalFlip = true }, 200);
        var (mirrored, cropped) = (0, 0);
        for (var seed = 0UL; seed < 60; seed++)
        {
            var sample = data.Get(0, seed);
            var pixels = sample.Inputs[0].ToArray<float>();
            var classes = sample.Targets[1].ToArray<long>();
            Assert.Contains(0, classes);
            var box = sample.Targets[0].ToArray<double>();
            for (var i = 0; i < classes.Length && classes[i] == 0; i++)
            {
                var (left, top, right, bottom) = (box[4 * i], box[4 * i + 1], box[4 * i + 2], box[4 * i + 3]);
                var isMirrored = pixels[0] > pixels[199];
                mirrored += isMirrored ? 1 : 0;
                cropped += pixels.Max() < 199 || pixels.Min() > 0 ? 1 : 0;
                var x = Red((left + right) / 2, (top + bottom) / 2);
                var y = pixels[40_000 + Index((left + right) / 2, (top + bottom) / 2)];
                var isWhole = left > 0.02 && top > 0.02 && right < 0.98 && bottom < 0.98;
                Assert.True(
                    !isWhole || (Math.Abs(x - 100) < 3 && Math.Abs(y - 100) < 3)
                    || (Math.Abs(x - 40) < 3 && Math.Abs(y - 60) < 3),
                    $"seed {seed}: {x}, {y}");
            }

            Array.ForEach([.. sample.Inputs, .. sample.Targets], tensor => tensor.Dispose());

            float Red(double across, double down) => pixels[Index(across, down)];
            static int Index(double across, double down) =>
                (Math.Min(199, (int)(down * 200)) * 200) + Math.Min(199, (int)(across * 200));
        }

        Assert.InRange(mirrored, 15, 90);
        Assert.InRange(cropped, 15, 119);
    }

    [Fact]
    public void Augmentation_depends_on_seed_epoch_and_image_alone()
    {
        for (var i = 0; i < 6; i++)
        {
            _folder.Picture($"{i}.ppm", 40 + i, 40);
            _folder.Write($"labels/{i}.txt", "0 0.5 0.5 0.5 0.5\n");
        }

        var data = Open(DetectionAugmentation.Ssd);
        var first = Epoch(workers: 1, batch: 3, epoch: 2);
        Assert.Equal(first, Epoch(workers: 3, batch: 3, epoch: 2));
        Assert.Equal(first, Epoch(workers: 1, batch: 2, epoch: 2));
        Assert.NotEqual(first, Epoch(workers: 1, batch: 3, epoch: 3));

        float[] Epoch(int workers, int batch, int epoch)
        {
            using var source = data.Open(
                new() { BatchSize = batch, Shuffle = true, Seed = 5, Workers = workers });
            var (pixels, boxes) = (new List<float>(), new List<float>());
            foreach (var part in source.Epoch(epoch))
            {
                pixels.AddRange(part.Inputs[0].ToArray<float>());
                boxes.AddRange(part.Targets[0].ToArray<double>().Select(value => (float)value));
                part.Dispose();
            }

            return [.. pixels, .. boxes];
        }
    }

    [Fact]
    public void A_broken_image_and_wrong_options_are_sentences()
    {
        _folder.Picture("a.ppm", 40, 40);
        File.WriteAllText(Path.Combine(_folder.Images, "a.ppm"), "P6 40 40 255\nshort");
        var data = Open(DetectionAugmentation.None);
        Assert.StartsWith(
            $"{Path.Combine(_folder.Images, "a.ppm")} cannot be read (",
            Assert.Throws<OcsInputException>(() => data.Get(0, null)).Message, StringComparison.Ordinal);
        Assert.Equal(
            "`Hue` is 0.7, it must be within 0..0.5; `Size` is 8, it must be within 32..2048",
            Assert.Throws<OcsInputException>(() => Open(new() { Hue = 0.7 }, 8)).Message);
    }

    [Fact]
    public void A_crop_keeps_what_has_its_centre_in_it()
    {
        var part = new BoundingBox(0.5, 0, 1, 0.5);
        var kept = DetectionCrop.Within(
            part,
            [
                new(0, new(0.4, 0.1, 0.7, 0.3)), new(1, new(0.2, 0.1, 0.7, 0.3)),
                new(2, new(0.6, 0.3, 0.8, 0.9), ObjectKind.Crowd, 7), new(3, new(0.7, 0.2, 0.9, 0.6)),
            ]);
        Assert.Equal([0, 3], kept.Select(found => found.Class));
        AssertBox(new(0, 0.2, 0.4, 0.6), kept[0].Box);
        AssertBox(new(0.4, 0.4, 0.8, 1), kept[1].Box);
    }

    private static void AssertBox(BoundingBox expected, BoundingBox box)
    {
        Assert.Equal(expected.Left, box.Left, 1e-12);
        Assert.Equal(expected.Top, box.Top, 1e-12);
        Assert.Equal(expected.Right, box.Right, 1e-12);
        Assert.Equal(expected.Bottom, box.Bottom, 1e-12);
    }

    private DetectionDataset Open(DetectionAugmentation augmentation, int size = 32) => new(
        "boxes",
        DetectionAnnotations.FromYolo(_folder.Images, _folder.Labels, ["x", "y"]),
        new() { Size = size, Augmentation = augmentation, Normalization = Bytes });
}
