namespace Ocs.Cli.Tests;

/// <summary>What a person can get wrong, and the sentence that says what, where, and what to do.</summary>
[NoTensorLeaks]
public sealed class BadInputTests : IDisposable
{
    private const string Config = """
        model: cifar_resnet8
        data: fashion-mnist
        data-limit: 64
        training: { epochs: 1, batch-size: 32 }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly string _config;

    public BadInputTests() => _config = _folder.Write("run.yaml", Config);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_missing_configuration_is_named() =>
        Assert.StartsWith(
            "The configuration nowhere.yaml cannot be read", CommandLine.Fails("train", "nowhere.yaml"),
            StringComparison.Ordinal);

    [Fact]
    public void An_unreachable_target_leaves_no_folder_behind()
    {
        var run = _folder.PathOf("run");

        var said = CommandLine.Fails("train", _config, "--set", "pruning.target=0.9999", "--out", run);

        Assert.Contains("can't be reached", said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(run));
    }

    [Fact]
    public void A_folder_without_a_run_and_one_that_is_complete_cannot_be_gone_on_with()
    {
        var run = _folder.PathOf("run");
        Directory.CreateDirectory(run);
        Assert.Equal(
            $"{run} holds no checkpoint to resume from; give the folder of a run that was stopped, or begin anew.",
            CommandLine.Fails("train", "--resume", run));

        File.WriteAllText(Path.Combine(run, "summary.json"), "{}");
        var left = Directory.CreateDirectory(Path.Combine(run, "checkpoints")).FullName;
        Assert.Equal(
            $"The run in {run} is complete, so there is nothing to resume; its report.html has the results.",
            CommandLine.Fails("train", "--resume", run));
        Assert.False(Directory.Exists(left));
    }

    [Fact]
    public void A_missing_data_set_is_named_with_the_places()
    {
        var said = CommandLine.Fails(
            "train", _config, "--set", "data=cifar100", "--data-root", _folder.Path, "--out", _folder.PathOf("run"));

        Assert.Contains("cifar100 was not found in", said, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_data_file_is_named_with_its_length()
    {
        _folder.Write("cifar10/data_batch_1.bin", "short");

        var said = CommandLine.Fails("eval", "cifar_resnet8", "--data", "cifar10", "--data-root", _folder.Path);

        Assert.Contains("test_batch.bin is missing", said, StringComparison.Ordinal);
        _folder.Write("cifar10/test_batch.bin", "short");
        said = CommandLine.Fails("eval", "cifar_resnet8", "--data", "cifar10", "--data-root", _folder.Path);
        Assert.Contains(
            "test_batch.bin has the wrong length: expected 30730000 bytes, found 5", said, StringComparison.Ordinal);
        Assert.Equal(2, CommandLine.Run("data", "check", "cifar10", "--data-root", _folder.Path).Code);
    }

    [Fact]
    public void A_data_root_that_is_no_folder_is_named() =>
        Assert.Contains(
            "is not a folder", CommandLine.Fails("data", "list", "--data-root", _config), StringComparison.Ordinal);

    [Fact]
    public void A_corrupted_network_file_is_not_believed()
    {
        var file = _folder.PathOf("network.ocs");
        CommandLine.Run("prune", "cifar_resnet8", "--target", "0.5", "--out", file);
        var bytes = File.ReadAllBytes(file);
        bytes[^1000] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.Contains(file, CommandLine.Fails("inspect", file), StringComparison.Ordinal);

        File.WriteAllBytes(file, bytes[..^500]);
        Assert.Contains(file, CommandLine.Fails("inspect", file), StringComparison.Ordinal);
        Assert.Contains(
            "is not an .ocs file", CommandLine.Fails("inspect", _folder.Write("text.ocs", "hello")),
            StringComparison.Ordinal);
        Assert.Contains(
            "could not be read", CommandLine.Fails("inspect", _folder.PathOf("nowhere.ocs")), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_another_network_are_refused()
    {
        var weights = _folder.PathOf("weights.safetensors");
        CommandLine.Run("export", "cifar_resnet8", "--input-channels", "1", "--safetensors", weights);

        var other = CommandLine.Fails("eval", "cifar_resnet20", "--weights", weights, "--data", "fashion-mnist");
        var classes = CommandLine.Fails(
            "prune", "cifar_resnet8", "--classes", "100", "--input-channels", "1", "--weights", weights, "--target",
            "0.5", "--out", _folder.PathOf("x.ocs"));

        Assert.Contains("these are not the weights of 'cifar_resnet20' (missing: 'layer1.1.conv1.weight', "
            + "'layer1.1.bn1.weight', 'layer1.1.bn1.bias' and ", other, StringComparison.Ordinal);
        Assert.Contains(
            "these are not the weights of 'cifar_resnet8' ('fc.weight' is [10, 64] instead of [100, 64], 'fc.bias' is "
                + "[10] instead of [100]; nor are they "
            + "of a narrower one: Node 'fc' is an output of shape [1, 100], but would be [1, 10]); give the network "
            + "that they were trained for, or start with a new classifier by `ocs train --reset-classifier` "
            + "(reset-classifier: true).",
            classes,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_for_other_images_or_classes_is_refused()
    {
        var colour = _folder.PathOf("colour.ocs");
        var hundred = _folder.PathOf("hundred.ocs");
        CommandLine.Run("prune", "cifar_resnet8", "--target", "0.5", "--out", colour);
        CommandLine.Run(
            "prune", "cifar_resnet8", "--target", "0.5", "--classes", "100", "--input-channels", "1", "--out", hundred);

        Assert.Contains(
            "takes images of 3x32x32, but those of fashion-mnist are 1x28x28", Eval(colour), StringComparison.Ordinal);
        Assert.Contains("has 100 classes, but fashion-mnist has 10", Eval(hundred), StringComparison.Ordinal);

        static string Eval(string file) =>
            CommandLine.Fails("eval", file, "--data", "fashion-mnist", "--data-limit", "10");
    }

    [Fact]
    public void A_run_folder_that_exists_is_left_alone()
    {
        var run = _folder.PathOf("run");
        _folder.Write("run/notes.txt", "mine");

        var said = CommandLine.Fails("train", _config, "--out", run);
        var forced = CommandLine.Fails("train", _config, "--out", run, "--force");

        Assert.Equal(
            $"The run folder {run} exists already; give another one with --out, or --force to replace the run in it.",
            said);
        Assert.Equal(
            $"The folder {run} holds files but no run, so --force does not replace it; give another folder with --out.",
            forced);
        Assert.Equal("mine", File.ReadAllText(_folder.PathOf("run/notes.txt")));
    }

    // A path below a file: that cannot be written by anyone, root included.
    [Fact]
    public void An_output_that_cannot_be_written_is_named()
    {
        var below = Path.Combine(_config, "below");

        Assert.Contains(
            $"{below} cannot be written", CommandLine.Fails("train", _config, "--out", below),
            StringComparison.Ordinal);
        Assert.Contains(
            $"{below}.ocs cannot be written",
            CommandLine.Fails("prune", "cifar_resnet8", "--target", "0.5", "--out", below + ".ocs"),
            StringComparison.Ordinal);
        Assert.Contains(
            $"{below}.onnx cannot be written", CommandLine.Fails("export", "cifar_resnet8", "--onnx", below + ".onnx"),
            StringComparison.Ordinal);
        Assert.Contains(
            $"{_folder.Path} cannot be written", CommandLine.Fails("export", "cifar_resnet8", "--onnx", _folder.Path),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_is_not_there_is_named() =>
        Assert.Contains(
            "'tpu' is not a device: write cpu, cuda or cuda:N.",
            CommandLine.Fails("train", _config, "--device", "tpu", "--out", _folder.PathOf("run")),
            StringComparison.Ordinal);

    [Fact]
    public void A_folder_without_a_run_has_no_report() =>
        Assert.Contains(
            "give the folder that a run has written", CommandLine.Fails("report", _folder.Path),
            StringComparison.Ordinal);

    [Fact]
    public void A_precision_that_is_none_or_that_the_device_lacks_is_told()
    {
        var none = CommandLine.Fails("train", _config, "--precision", "bf61", "--out", _folder.PathOf("run"));
        Assert.Contains("--precision bf61: training.precision must be one of fp32, bf16, fp16, auto, but is 'bf61'; "
            + "did you mean 'bf16'?", none, StringComparison.Ordinal);
        var narrow = CommandLine.Fails("train", _config, "--precision", "fp16", "--out", _folder.PathOf("run"));
        Assert.Contains("precision fp16 needs a CUDA device", narrow, StringComparison.Ordinal);
    }
}
