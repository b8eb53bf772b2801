namespace Ocs.Cli.Tests.Commands;

/// <summary>A folder of images through `ocs data`, `ocs train` and `ocs eval`.</summary>
[NoTensorLeaks]
public sealed class ImageFolderCommandTests : IDisposable
{
    private const string Config = """
        model: cifar_resnet8
        data: imagefolder
        images: { size: 16, resize: 18, workers: 2 }
        training: { epochs: 1, batch-size: 8, evaluation-batch-size: 8, layout: contiguous }
        """;

    private readonly TemporaryFolder _folder = new();

    public ImageFolderCommandTests()
    {
        foreach (var split in new[] { "train", "val" })
        {
            for (var i = 0; i < 20; i++)
            {
                var path = Image(split, i);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                byte[] pixels = [.. Enumerable.Range(0, 24 * 20 * 3).Select(k => (byte)((k * (1 + (i % 2))) + i))];
                File.WriteAllBytes(path, JpegWriter.Encode(24, 20, pixels));
            }
        }
    }

    private string Root => _folder.PathOf("images");

    private string[] Train =>
        ["train", _folder.Write("run.yaml", Config), "--data-root", Root, "--out", _folder.PathOf("run")];

    private string[] Eval =>
    [
        "eval", _folder.PathOf("run/model.ocs"), "--data", "imagefolder", "--data-root", Root, "--image-size", "16",
    ];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_is_found_checked_and_packed()
    {
        var list = CommandLine.Run("data", "list", "--data-root", Root);
        Assert.Contains($"imagefolder: {Root} (folder)", list.Output, StringComparison.Ordinal);

        var whole = CommandLine.Run("data", "check", "imagefolder", "--data-root", Root, "--json").Json;
        whole = whole.GetProperty("datasets")[0];
        Assert.Equal(20, whole.GetProperty("train_samples").GetInt32());
        Assert.Equal(20, whole.GetProperty("test_samples").GetInt32());
        Assert.True(whole.GetProperty("whole").GetBoolean());

        var packed = CommandLine.Run("data", "pack", "--data-root", Root, "--json").Json.GetProperty("files");
        Assert.Equal([20, 20], packed.EnumerateArray().Select(file => file.GetProperty("images").GetInt32()));
        Assert.All(packed.EnumerateArray(), file => Assert.True(file.GetProperty("written").GetBoolean()));
        var again = CommandLine.Run("data", "pack", "--data-root", Root);
        Assert.Contains("already packed", again.Output, StringComparison.Ordinal);

        File.WriteAllText(Image("val", 3), "no image");
        var broken = CommandLine.Run("data", "check", "imagefolder", "--data-root", Root);
        Assert.Equal(2, broken.Code);
        Assert.Contains(
            $"{Image("val", 3)}: its first bytes are those of no picture", broken.Error, StringComparison.Ordinal);
        Assert.Contains("1 of the 40 images", broken.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_is_trained_and_measured_on_a_folder()
    {
        var trained = CommandLine.Run(Train);

        trained.AssertGood();
        Assert.Contains(
            $"20 images of 2 classes from {Root}/train; accuracy on 20 from {Root}/val.", trained.Output,
            StringComparison.Ordinal);
        Assert.Contains("size: 16", File.ReadAllText(_folder.PathOf("run/config.yaml")), StringComparison.Ordinal);
        Assert.Equal(20, CommandLine.Run([.. Eval, "--resize", "18", "--json"]).Json.GetProperty("samples").GetInt32());
    }

    [Fact]
    public void Images_are_as_large_as_the_network_of_a_file_takes_them()
    {
        Assert.Equal(0, CommandLine.Run(Train).Code);
        string[] images = ["--data", "imagefolder", "--data-root", Root];

        var measured = CommandLine.Run(["eval", _folder.PathOf("run/model.ocs"), .. images, "--json"]);
        var pruned = CommandLine.Run(
            [
                "prune", _folder.PathOf("run/model.ocs"), "--target", "0.2", "--saliency", "taylor", .. images,
                "--out", _folder.PathOf("small.ocs"), "--json",
            ]);

        Assert.Equal(20, measured.Json.GetProperty("samples").GetInt32());
        Assert.Equal(0, pruned.Code);
        Assert.True(pruned.Json.GetProperty("gate").GetProperty("passed").GetBoolean());
    }

    [Fact]
    public void A_broken_image_ends_a_run_with_its_name_or_is_left_out_and_named()
    {
        File.WriteAllBytes(Image("train", 5), [0xFF, 0xD8, 0xFF]);
        // Every image is in some batch of the epoch.
        string[] train = [.. Train, "--set", "training.drop-last=false"];
        Assert.Contains(Image("train", 5), CommandLine.Run(train).Error, StringComparison.Ordinal);
        File.WriteAllBytes(Image("val", 6), [0xFF, 0xD8, 0xFF]);
        var skipping = CommandLine.Run([.. train, "--force", "--set", "images.skip-broken=true"]);

        Assert.Equal(0, skipping.Code);
        Assert.Contains($"1 of the 20 images of {Root}/train", skipping.Error, StringComparison.Ordinal);
        Assert.Contains(Image("train", 5), skipping.Error, StringComparison.Ordinal);
        Assert.Contains(Image("val", 6), CommandLine.Fails(Eval), StringComparison.Ordinal);
        var measured = CommandLine.Run([.. Eval, "--skip-broken", "--json"]);
        Assert.Equal(19, measured.Json.GetProperty("samples").GetInt32());
        Assert.Contains(Image("val", 6), measured.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_person_may_not_expect_of_a_folder_is_said_by_train_eval_and_check()
    {
        File.Copy(Image("train", 0), Path.Combine(Root, "train", "even", "phone.jpg_large"));
        Directory.Delete(Path.Combine(Root, "val", "odd"), recursive: true);
        const string passed = "1 picture in {0}/train was passed over";
        const string lacks = "Accuracy is measured on 1 of the 2 classes: {0}/val has no images to measure odd on.";

        var trained = CommandLine.Run(Train);
        Assert.Equal(0, trained.Code);
        Assert.Contains(string.Format(null, passed, Root), trained.Output, StringComparison.Ordinal);
        Assert.Contains(string.Format(null, lacks, Root), trained.Output, StringComparison.Ordinal);
        Assert.Contains(string.Format(null, lacks, Root), CommandLine.Run(Eval).Error, StringComparison.Ordinal);

        var check = CommandLine.Run("data", "check", "imagefolder", "--data-root", Root);
        Assert.Equal(2, check.Code);
        Assert.Contains(
            $"Pictures of {Root} that cannot be used as they are: 1;", check.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_val_a_part_is_measured_on_and_eval_takes_the_same_part()
    {
        Directory.Delete(Path.Combine(Root, "val"), recursive: true);
        var trained = CommandLine.Run([.. Train, "--set", "images.validation-split=0.2"]);
        trained.AssertGood();
        Assert.Contains("4 of the 20 images", trained.Output, StringComparison.Ordinal);
        var measured = CommandLine.Run([.. Eval, "--resize", "18", "--validation-split", "0.2", "--json"]).Json;
        Assert.Equal(4, measured.GetProperty("samples").GetInt32());
        using var summary = System.Text.Json.JsonDocument.Parse(File.ReadAllText(_folder.PathOf("run/summary.json")));
        Assert.Equal(
            summary.RootElement.GetProperty("val_accuracy").GetDouble(),
            measured.GetProperty("accuracy").GetDouble(), 1e-9);
    }

    private string Image(string split, int number) =>
        Path.Combine(Root, split, number % 2 == 0 ? "even" : "odd", $"{number:00}.jpg");
}
