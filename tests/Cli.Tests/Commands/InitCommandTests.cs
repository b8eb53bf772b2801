using System.Text.RegularExpressions;
using Ocs.Cli.Configuration;

namespace Ocs.Cli.Tests.Commands;

/// <summary>`ocs init`: what it recognises, what it writes, and that a run begins with it.</summary>
[NoTensorLeaks]
public sealed partial class InitCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.PathOf("run.yaml");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_arguments_it_says_what_to_give() => Assert.Equal(
        "`ocs init` needs --model, a network of the zoo or its file, and --data, a data set, a folder or a text, as in "
            + "`ocs init --model resnet18 --data photos --out run.yaml`.\n",
        CommandLine.Fails("init") + "\n");

    [Theory]
    [InlineData("cifar_resnet20", "cifar10", "sgd", 128)]
    [InlineData("resnet18", "imagefolder", "sgd", 64)]
    [InlineData("cifar_vit", "cifar100", "adamw", 128)]
    [InlineData("vit_b_16", "imagefolder", "adamw", 64)]
    [InlineData("unet_16", "maskfolder", "adamw", 8)]
    [InlineData("ssd300_resnet18", "coco", "sgd", 16)]
    [InlineData("gpt_nano", "text", "adamw", 32)]
    public void The_values_are_those_of_the_kind_of_network_and_of_the_task(
        string model, string data, string optimizer, int batch)
    {
        CommandLine.Run("init", "--model", model, "--data", data, "--out", File).AssertGood();

        var options = ExperimentOptions.Load(File, []);
        Assert.Equal((model, data, batch), (options.Model, options.Data, options.Training.BatchSize));
        Assert.Equal(optimizer, Choices.NameOf(options.Training.Optimizer));
    }

    // Whoever takes the marks of comments away has changed nothing.
    [Theory]
    [InlineData("cifar_resnet20", "cifar10")]
    [InlineData("resnet18", "imagefolder")]
    [InlineData("cifar_vit", "fashion-mnist")]
    [InlineData("unet_16", "maskfolder")]
    [InlineData("ssd300_resnet18", "yolo")]
    [InlineData("gpt_nano", "text")]
    public void Keys_behind_a_mark_state_what_holds_without_them(string model, string data)
    {
        CommandLine.Run("init", "--model", model, "--data", data, "--out", File).AssertGood();
        var text = System.IO.File.ReadAllText(File);
        var whole = AKeyBehindAMark().Replace(text, "");

        Assert.True(whole.Length < text.Length - 50);
        Assert.Equal(ExperimentOptions.Read(text, "a", []).ToYaml(), ExperimentOptions.Read(whole, "b", []).ToYaml());
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 120, line));
        Assert.All(
            text.Split('\n').Where(line => AKey().IsMatch(line) && !line.EndsWith(':')),
            line => Assert.Contains("  # ", line.TrimEnd() + "  ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_there_stays_unless_it_is_said_otherwise()
    {
        System.IO.File.WriteAllText(File, "mine");
        string[] line = ["init", "--model", "resnet18", "--data", "cifar10", "--out", File];

        Assert.Equal(
            $"{File} exists already; give another file with --out, or --force to replace it.",
            CommandLine.Fails(line));
        Assert.Equal("mine", System.IO.File.ReadAllText(File));
        CommandLine.Run([.. line, "--force"]).AssertGood();
        Assert.Contains("model: resnet18", System.IO.File.ReadAllText(File), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/1.png b/2.png", "imagefolder", "classification")]
    [InlineData("train/a/1.png train/b/2.png val/a/3.png val/b/4.png", "imagefolder", "classification")]
    [InlineData("images/1.png masks/1.png", "maskfolder", "segmentation")]
    [InlineData("train/images/1.png train/masks/1.png", "maskfolder", "segmentation")]
    [InlineData("images/train/1.png labels/train/1.txt", "yolo", "detection")]
    [InlineData("images/1.png labels/1.txt", "yolo", "detection")]
    [InlineData("JPEGImages/1.png Annotations/1.xml", "voc", "detection")]
    [InlineData("images/1.png annotations/1.xml", "voc", "detection")]
    [InlineData("train2017/1.png annotations/instances_train2017.json", "coco", "detection")]
    [InlineData("images/1.png annotations/my_train.json", "coco", "detection")]
    [InlineData("one.txt two.txt", "text", "text")]
    public void The_task_is_what_is_in_the_folder(string files, string data, string task)
    {
        foreach (var file in files.Split(' '))
        {
            _folder.Write($"data/{file}", file.EndsWith(".png", StringComparison.Ordinal) ? Picture(0) : []);
        }

        var model = task switch
        {
            "segmentation" => "unet_16",
            "detection" => "ssd300_resnet18",
            "text" => "gpt_nano",
            _ => "resnet18",
        };
        var found = CommandLine.Run(
            "init", "--model", model, "--data", _folder.PathOf("data"), "--out", File, "--json").Json;

        Assert.Equal(data, found.GetProperty("data").GetString());
        Assert.Equal(task, found.GetProperty("task").GetString());
        Assert.Equal(
            data == "text" ? _folder.Path : _folder.PathOf("data"), found.GetProperty("data_root").GetString());
        Assert.Equal(data, ExperimentOptions.Load(File, []).Data);
    }

    [Fact]
    public void What_is_not_known_or_does_not_fit_is_said_and_nothing_is_written()
    {
        _folder.Write("empty/readme.md", "");
        _folder.Write("pictures/a/1.png", Picture(0));
        _folder.Write("pictures/b/1.png", Picture(1));

        Assert.StartsWith(
            $"{_folder.PathOf("empty")} has no known kind of data; put ",
            Fails("resnet18", _folder.PathOf("empty")), StringComparison.Ordinal);
        Assert.Equal(
            "cifar01 is neither a data set nor a folder; did you mean 'cifar10'? `ocs data list` lists the data sets.",
            Fails("resnet18", "cifar01"));
        Assert.Matches(
            "^resnet18 is for classification, but the data are for text; give another network, such as gpt_.*$",
            Fails("resnet18", "text"));
        Assert.Matches("^There is no network 'resnet19'; did you mean", Fails("resnet19", _folder.PathOf("pictures")));
        Assert.Matches("ends in .yaml or .yml, but was given", CommandLine.Fails(
            "init", "--model", "resnet18", "--data", "cifar10", "--out", _folder.PathOf("run.txt")));
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public void A_run_begins_with_what_it_writes_for_a_folder_of_pictures()
    {
        WritePictures();
        var pictures = _folder.PathOf("my pictures");
        var written = CommandLine.Run("init", "--model", "cifar_resnet8", "--data", pictures, "--out", File);
        written.AssertGood();
        Assert.Contains($"--data-root '{pictures}' --dry-run", written.Output, StringComparison.Ordinal);

        var trained = CommandLine.Run(
            "train", File, "--data-root", pictures, "--epochs", "1", "--out", _folder.PathOf("run"),
            "--set", "training.layout=contiguous", "--set", "training.warmup-epochs=0",
            "--set", "pruning.cut-at-end=true");

        // One epoch may teach it nothing.
        Assert.True(trained.Code is ExitCode.Fine or ExitCode.Unfit, trained.Error);
        Assert.True(System.IO.File.Exists(_folder.PathOf("run/model.ocs")));
    }

    // Of a trained network: its size of images, and a new last layer where the folder has other classes.
    [Fact]
    public void A_trained_file_is_trained_on_for_the_classes_of_the_folder()
    {
        WritePictures();
        var network = _folder.PathOf("network.onnx");
        Assert.Equal(0, CommandLine.Run("export", "cifar_resnet8", "--classes", "7", "--onnx", network).Code);
        var pictures = _folder.PathOf("my pictures");

        CommandLine.Run("init", "--model", network, "--data", pictures, "--out", File).AssertGood();

        var options = ExperimentOptions.Load(File, []);
        Assert.Equal((32, true, 0.01), (options.Images.Size, options.ResetClassifier, options.Training.LearningRate));
        CommandLine.Run("train", File, "--data-root", pictures, "--dry-run").AssertGood();
    }

    [Fact]
    public void Masks_without_names_of_classes_get_names_to_replace()
    {
        for (var i = 0; i < 4; i++)
        {
            _folder.Write($"masks/images/{i}.png", Picture(i));
            _folder.Write($"masks/masks/{i}.png", PngFiles.Grey(8, 8, [.. Enumerable.Repeat((byte)(i % 2), 64)]));
        }

        var written = CommandLine.Run("init", "--model", "unet_16", "--data", _folder.PathOf("masks"), "--out", File);

        Assert.Equal(0, written.Code);
        Assert.Matches(
            @"^Warning: The masks of .* \[background, object\] stands for them in the file\.\n$", written.Error);
        Assert.Equal(["background", "object"], ExperimentOptions.Load(File, []).Masks.ClassNames.ToArray());
    }

    private string Fails(string model, string data) =>
        CommandLine.Fails("init", "--model", model, "--data", data, "--out", File);

    private void WritePictures()
    {
        for (var i = 0; i < 24; i++)
        {
            _folder.Write($"my pictures/{"abc"[i % 3]}/{i}.png", Picture(i));
        }
    }

    private static byte[] Picture(int seed) =>
        PngFiles.Rgb(8, 8, [.. Enumerable.Range(0, 3 * 64).Select(k => (byte)((k * (seed + 3)) % 251))]);

    [GeneratedRegex(@"^#(?=( {2})?[a-z0-9-]+:)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex AKeyBehindAMark();

    [GeneratedRegex("^#? *[a-z0-9-]+:", RegexOptions.ExplicitCapture)]
    private static partial Regex AKey();
}
