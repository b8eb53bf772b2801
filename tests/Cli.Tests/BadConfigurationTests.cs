namespace Ocs.Cli.Tests;

/// <summary>
/// Keys and values of a configuration that are wrong, and the sentence that says what, and in which line.
/// </summary>
[NoTensorLeaks]
public sealed class BadConfigurationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(
        "model: cifar_resnet9\ndata: cifar10", "There is no network 'cifar_resnet9'; did you mean 'cifar_resnet8'?")]
    [InlineData("modle: cifar_resnet8", "line 1: there is no key 'modle'; did you mean 'model'?")]
    [InlineData(
        "model: a\ntraining:\n  epoch: 3", "line 3: there is no key 'training.epoch'; did you mean 'training.epochs'?")]
    [InlineData("epochs: 3", "line 1: there is no key 'epochs'; did you mean 'training.epochs'?")]
    [InlineData(
        "training:\n  workers: 3", "line 2: there is no key 'training.workers'; did you mean 'images.workers'?")]
    [InlineData(
        "training: { mixup: 0.2 }",
        "line 1: there is no key 'training.mixup'; did you mean 'augmentation.mixup-alpha'?")]
    [InlineData(
        "training: { sharpness: 0.2 }",
        "line 1: there is no key 'training.sharpness'; docs/configuration.md lists all.")]
    [InlineData(
        "pruning: { target: 0,5 }", "line 1: there is no key 'pruning.5'; numbers have a decimal point: 0.5, not 0,5.")]
    [InlineData(
        "training: { epochs: many }", "line 1: training.epochs must be a whole number such as 20, but is 'many'.")]
    [InlineData(
        "training: { learning-rate: fast }",
        "line 1: training.learning-rate must be a number such as 0.5, but is 'fast'.")]
    [InlineData("training: { nesterov: 1 }", "line 1: training.nesterov must be true or false, but is '1'.")]
    [InlineData(
        "training: { milestone-epochs: 90 }", "line 1: training.milestone-epochs must be a list, such as [90, 180].")]
    [InlineData("training: { epochs: }", "line 1: training.epochs needs a value.")]
    [InlineData("training: 3", "line 1: training needs keys and values.")]
    [InlineData("training: { seed: 3 }", "line 1: there is no key 'training.seed'")]
    [InlineData(
        "pruning: { growth: linea }",
        "line 1: pruning.growth must be one of printed, linear, but is 'linea'; did you mean 'linear'?")]
    [InlineData("pruning: { ignore: conv1 }", "line 1: pruning.ignore must be a list, such as [conv1, 'layer1.*'].")]
    [InlineData("pruning: { freeze: heads }", "line 1: pruning.freeze must be a list, such as [heads, mlp-width].")]
    [InlineData(
        "preset: paperr",
        "line 1: preset must be one of auto, paper, official, but is 'paperr'; did you mean 'paper'?")]
    [InlineData("pruning: { target: 0 }", "Pruning options: target must lie between 0 and 1, both excluded, but is 0.")]
    [InlineData(
        "training: { epochs: 6 }\npruning: { sparsity-start-epoch: 30 }", "Pruning options: sparsity-start-epoch 30 "
            + "does not come within 6 epochs (0 to 5); lower it, or leave it out.")]
    [InlineData("training: { epochs: 10 }\npruning: { latest-cut-epoch: 500 }", "Pruning options: latest-cut-epoch 500 "
        + "leaves no epoch to train the cut network in: with 10 epochs (0 to 9) it may be 9 at most; lower it, leave "
        + "it out, or ask for a cut without training after it (cut-at-end: true).")]
    [InlineData(
        "preset: official\ntraining: { epochs: 6 }\npruning: { latest-cut-epoch: 4 }",
        "latest-cut-epoch 4 leaves no epoch to train the cut network in: with 6 epochs (0 to 5) it may be 3 at most;")]
    [InlineData(
        "preset: official\ntraining: { epochs: 2 }",
        "timing official cuts 2 epochs later than latest-cut-epoch, so a run needs at least 3 epochs, but has 2.")]
    [InlineData(
        "training: { epochs: 100, milestone-epochs: [90, 180, 240] }",
        "Training options: milestone-epochs 180, 240 do not come within 100 epochs; lower them, or leave them out for "
            + "three, six, eight and nine tenths of the epochs.")]
    [InlineData(
        "pruning: { sparsity-start-epoch: soon }",
        "pruning.sparsity-start-epoch must be a whole number, or auto (found by Eq. 5), but is 'soon'.")]
    [InlineData(
        "data: cifar10", "names no model; add a line such as `model: cifar_resnet56` (`ocs models` lists them).")]
    [InlineData(
        "model: cifar_resnet8", "names no data set; add a line such as `data: cifar10` (`ocs data list` lists them).")]
    [InlineData("model: cifar_resnet8\ndata: cifar10\ndata-limit: 0", "data-limit must be above 0, but is 0.")]
    [InlineData("images: { size: 4, resize: 3, workers: 0 }", "Image options: size is 4, it must be within 8..2048; "
        + "resize is 3, it must be at least the size, 4, and 4096 at most; workers is 0, it must be within 1..256.")]
    [InlineData(
        "images: { packed: allways }", "line 1: images.packed must be one of if-there, build, never, but is 'allways'")]
    [InlineData(
        "augmentation: { min-crop-area: 1.5 }", "Augmentation options: min-crop-area is 1.5, it must be within 0..1.")]
    [InlineData("model: [", "this is not valid YAML")]
    [InlineData("- model", "line 1: a configuration consists of keys and values, such as `model: cifar_resnet56`.")]
    public void A_wrong_configuration_gets_one_sentence(string yaml, string sentence)
    {
        if (!yaml.Contains("model:", StringComparison.Ordinal)
            && !sentence.Contains("no model", StringComparison.Ordinal) && yaml[0] != '-')
        {
            yaml += "\nmodel: cifar_resnet8\ndata: cifar10";
        }

        var said = CommandLine.Fails("train", _folder.Write("wrong.yaml", yaml));

        Assert.Contains(sentence, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--set takes key=value, such as training.epochs=20, but was given 'epochs'.", "epochs")]
    [InlineData(
        "--set training.epoch=3: there is no key 'training.epoch'; did you mean 'training.epochs'?",
        "training.epoch=3")]
    [InlineData(
        "--set training.epochs=x: training.epochs must be a whole number such as 20, but is 'x'.", "training.epochs=x")]
    [InlineData(
        "--set pruning.ignore=[*fc1*]: aliases are not supported here; put a text that begins with * in quotation "
            + "marks, and write out any other value.",
        "pruning.ignore=[*fc1*]")]
    public void A_wrong_assignment_gets_one_sentence(string sentence, string assignment) =>
        Assert.Equal(sentence, CommandLine.Fails(
            "train", _folder.Write("run.yaml", "model: cifar_resnet8\ndata: fashion-mnist"), "--set", assignment));
}
