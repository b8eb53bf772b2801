namespace Ocs.Data.Tests;

/// <summary>COCO's, Pascal VOC's and YOLO's files, right and wrong ones.</summary>
public sealed class DetectionAnnotationsTests : IDisposable
{
    private const string CocoHead =
        """{"images": [{"id": 7, "file_name": "b.ppm", "width": 40, "height": 20}, """
        + """{"id": 3, "file_name": "a.ppm", "width": 10, "height": 10}], """
        + """ "categories": [{"id": 90, "name": "cup"}, {"id": 2, "name": "cat"}], "annotations": [""";

    private readonly BoxFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_coco_file_gives_boxes_classes_crowds_areas_and_remarks()
    {
        Pictures();
        var file = _folder.Write("coco.json", CocoHead + """
            {"id": 1, "image_id": 7, "category_id": 2, "bbox": [10, 5, 20, 10], "area": 150.5, "iscrowd": 0},
            {"id": 2, "image_id": 7, "category_id": 90, "bbox": [30, 10, 30, 5], "iscrowd": 1},
            {"id": 3, "image_id": 7, "category_id": 90, "bbox": [50, 10, 30, 5]},
            {"id": 4, "image_id": 7, "category_id": 90, "bbox": [5, 10, 0, 5]}]}
            """);
        var all = DetectionAnnotations.FromCoco(file, _folder.Images);
        Assert.Equal(["cup", "cat"], all.ClassNames.ToArray());
        Assert.Equal(["a.ppm", "b.ppm"], all.Images.Select(image => image.File));
        Assert.Empty(all.Images[0].Objects);
        Assert.Equal(
            [
                new(1, new(0.25, 0.25, 0.75, 0.75), ObjectKind.Object, 150.5),
                new AnnotatedObject(0, new(0.75, 0.5, 1, 0.75), ObjectKind.Crowd),
            ],
            all.Images[1].Objects.ToArray());
        Assert.Equal(
            [
                $"2 boxes of {file} have no inside in their image and are left out; the first is that of object 3.",
                $"1 boxes of {file} reach out of their image and are cut at its edge.",
                $"1 of 2 images of {file} have no objects: they are background.",
            ],
            all.Remarks.ToArray());
    }

    [Theory]
    [InlineData("""{"id": 5, "image_id": 7, "category_id": 1, "bbox": [1, 1, 2, 2]}""", "object 5 of category 1,")]
    [InlineData("""{"id": 5, "image_id": 8, "category_id": 2, "bbox": [1, 1, 2, 2]}""", "object 5 of image 8, which")]
    [InlineData("""{"id": 5, "image_id": 7, "category_id": 2, "bbox": [1, 1, 2]}""", "a 'bbox' has 3 numbers")]
    [InlineData("""{"id": 5, "image_id": 7, "category_id": 2}""", "is no COCO file of annotations")]
    [InlineData("{", "is no COCO file of annotations")]
    public void What_is_wrong_in_a_coco_file_is_a_sentence(string annotation, string expected)
    {
        Pictures();
        var file = _folder.Write("coco.json", $"{CocoHead}{annotation}]}}");
        var error = Assert.Throws<OcsInputException>(() => DetectionAnnotations.FromCoco(file, _folder.Images));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(file, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_that_are_missing_are_counted_and_the_first_is_named()
    {
        _folder.Picture("b.ppm", 40, 20);
        var file = _folder.Write("coco.json", $"{CocoHead}]}}");
        Assert.Equal(
            $"1 of 2 images of {file} are not in {_folder.Images}, the first is a.ppm; give the folder that has them.",
            Assert.Throws<OcsInputException>(() => DetectionAnnotations.FromCoco(file, _folder.Images)).Message);
        Assert.Contains(
            "cannot be read", Assert.Throws<OcsInputException>(
                () => DetectionAnnotations.FromCoco(_folder.PathOf("none.json"), _folder.Images)).Message,
            StringComparison.Ordinal);
    }

    // Pixels count from 1, and both edges are within the box.
    [Fact]
    public void Voc_files_give_boxes_and_difficult_objects_and_find_renamed_images()
    {
        Pictures();
        _folder.Write("labels/b.xml", Voc(
            "elsewhere.jpg", 40, 20, Object("dog", 1, 1, 40, 20), Object("cat", 11, 6, 20, 10, 1)));
        _folder.Write("labels/a.xml", Voc("a.ppm", 0, 0, Object("dog", 3, 3, 4, 4)));
        var all = DetectionAnnotations.FromVoc(_folder.Labels, _folder.Images);
        Assert.Equal(["cat", "dog"], all.ClassNames.ToArray());
        Assert.Equal(["a.ppm", "b.ppm"], all.Images.Select(image => image.File));
        Assert.Equal(new AnnotatedObject(1, new(0.2, 0.2, 0.4, 0.4)), all.Images[0].Objects.Single());
        Assert.Equal(
            [
                new(1, new(0, 0, 1, 1)), new AnnotatedObject(0, new(0.25, 0.25, 0.5, 0.5), ObjectKind.Ignored),
            ],
            all.Images[1].Objects.ToArray());
        Assert.Empty(all.Remarks);
        var listed = DetectionAnnotations.FromVoc(
            _folder.Labels, _folder.Images, ["dog", "cat"], _folder.Write("list.txt", "b 1\n\n"));
        Assert.Equal("b.ppm", listed.Images.Single().File);
        Assert.Equal([0, 1], listed.Images.Single().Objects.Select(found => found.Class));
    }

    [Fact]
    public void What_is_wrong_in_voc_files_is_a_sentence()
    {
        Pictures();
        var file = _folder.Write("labels/a.xml", Voc("a.ppm", 10, 10, Object("dogg", 3, 3, 4, 4)));
        Assert.StartsWith(
            $"{file} has an object of class 'dogg', which is not one of dog, cat; did you mean 'dog'?",
            Error(["dog", "cat"]), StringComparison.Ordinal);
        _folder.Write("labels/a.xml", "<annotation><object><name>x</name></object></annotation>");
        Assert.Equal(
            $"{file} is no annotation of Pascal VOC (an object has no 'bndbox'): correct or remove it.", Error(null));
        _folder.Write("labels/a.xml", "<annotation>");
        Assert.StartsWith($"{file} is no annotation of Pascal VOC (", Error(null), StringComparison.Ordinal);
        File.Delete(file);
        Assert.Equal(
            $"No .xml file is in {_folder.Labels}; give the folder of Pascal VOC's annotations.", Error(null));

        string Error(string[]? names) => Assert.Throws<OcsInputException>(() => DetectionAnnotations.FromVoc(
            _folder.Labels, _folder.Images, names is null ? null : [.. names])).Message;
    }

    [Fact]
    public void Yolo_files_give_boxes_by_centre_and_size()
    {
        Pictures();
        _folder.Picture("sub/c.ppm", 8, 8);
        _folder.Write("labels/classes.txt", "ball\nbat\n");
        _folder.Write("labels/b.txt", "1 0.5 0.5 0.5 1\n0 0.25 0.5 0.5 0.25\n");
        _folder.Write("labels/sub/c.txt", "\n0 0.5 0.5 1 1\n");
        var all = DetectionAnnotations.FromYolo(_folder.Images, _folder.Labels);
        Assert.Equal(["ball", "bat"], all.ClassNames.ToArray());
        Assert.Equal(["a.ppm", "b.ppm", "sub/c.ppm"], all.Images.Select(image => image.File));
        Assert.Equal(
            [new(1, new(0.25, 0, 0.75, 1)), new AnnotatedObject(0, new(0, 0.375, 0.5, 0.625))],
            all.Images[1].Objects.ToArray());
        Assert.Equal(
            [$"1 of 3 images of {_folder.Labels} have no objects: they are background."], all.Remarks.ToArray());
    }

    [Theory]
    [InlineData("0 0.5 0.5 0.5", "Line 1 of FILE is '0 0.5 0.5 0.5', but a line is `class x y width height`")]
    [InlineData("0 0.5 0.5 0.5 x", "five numbers")]
    [InlineData("2 0.5 0.5 0.5 1", "Line 1 of FILE has class 2, but there are 2 classes, from 0 to 1")]
    public void What_is_wrong_in_yolo_files_is_a_sentence(string line, string expected)
    {
        Pictures();
        var file = _folder.Write("labels/b.txt", line);
        var error = Assert.Throws<OcsInputException>(
            () => DetectionAnnotations.FromYolo(_folder.Images, _folder.Labels, ["ball", "bat"]));
        Assert.Contains(
            expected.Replace("FILE", file, StringComparison.Ordinal), error.Message, StringComparison.Ordinal);
        Assert.Contains(
            "classes.txt that names the classes", Assert.Throws<OcsInputException>(
                () => DetectionAnnotations.FromYolo(_folder.Images, _folder.Labels)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_split_depends_on_the_seed_and_the_paths_alone()
    {
        for (var i = 0; i < 50; i++)
        {
            _folder.Picture($"{i:00}.ppm", 4, 4);
        }

        var all = DetectionAnnotations.FromYolo(_folder.Images, _folder.Labels, ["x"]);
        var (train, test) = all.Split(0.2, seed: 1);
        Assert.Equal((40, 10), (train.Images.Length, test.Images.Length));
        Assert.Equal(
            all.Images.Select(image => image.File),
            train.Images.Concat(test.Images).Select(image => image.File).Order(StringComparer.Ordinal));
        Assert.Equal(Files(test), Files(all.Split(0.2, seed: 1).Test));
        Assert.NotEqual(Files(test), Files(all.Split(0.2, seed: 2).Test));
        File.Delete(Path.Combine(_folder.Images, train.Images[0].File));
        var fewer = DetectionAnnotations.FromYolo(_folder.Images, _folder.Labels, ["x"]).Split(0.2, seed: 1).Test;
        Assert.Subset(Files(all).ToHashSet(), Files(fewer).ToHashSet());
        Assert.InRange(Files(fewer).Except(Files(test)).Count(), 0, 1);
        Assert.Throws<OcsInputException>(() => all.Split(1, seed: 1));

        static string[] Files(DetectionAnnotations part) => [.. part.Images.Select(image => image.File)];
    }

    private static string Object(string name, int left, int top, int right, int bottom, int difficult = 0) =>
        $"<object><name>{name}</name><difficult>{difficult}</difficult><bndbox><xmin>{left}</xmin><ymin>{top}</ymin>"
        + $"<xmax>{right}</xmax><ymax>{bottom}</ymax></bndbox></object>";

    private static string Voc(string image, int width, int height, params string[] objects) =>
        $"<annotation><filename>{image}</filename><size><width>{width}</width><height>{height}</height></size>"
        + $"{string.Concat(objects)}</annotation>";

    private void Pictures()
    {
        _folder.Picture("a.ppm", 10, 10);
        _folder.Picture("b.ppm", 40, 20);
    }
}
