namespace Ocs.Cli.Tests;

/// <summary>Words of the command line that are wrong, and the sentence that says what, where, and what to do.</summary>
[NoTensorLeaks]
public sealed class BadCommandLineTests
{
    [Theory]
    [InlineData(
        "There is no network 'cifar_resnet111'; did you mean 'cifar_resnet110'? `ocs models` lists them all.",
        "inspect", "cifar_resnet111")]
    [InlineData("`ocs` has no command 'evla'; did you mean 'eval'? `ocs --help` lists them.", "evla")]
    [InlineData(
        "`ocs prune` has no option '--tarlet'; did you mean '--target'? `ocs prune --help` lists them.", "prune",
        "cifar_resnet8", "--tarlet", "0.5")]
    [InlineData(
        "`ocs prune` needs --target or --target-latency; `ocs prune --help` shows what it takes.", "prune",
        "cifar_resnet8")]
    [InlineData(
        "--target and --target-latency are two budgets; give one of them.", "prune", "cifar_resnet8", "--target", "0.5",
        "--target-latency", "2")]
    [InlineData("--target-latency must be above 0, but is 0.", "prune", "cifar_resnet8", "--target-latency", "0")]
    [InlineData(
        "--latency-batch must be at least 1, but is 0.", "prune", "cifar_resnet8", "--target-latency", "1",
        "--latency-batch", "0")]
    [InlineData(
        "--threads must be at least 1, but is 0.", "prune", "cifar_resnet8", "--target-latency", "1", "--threads", "0")]
    [InlineData(
        "`ocs train` has no option '--workers'; write --set images.workers=VALUE. `ocs train --help` lists them.",
        "train", "run.yaml", "--workers", "3")]
    [InlineData(
        "`ocs train` has no option '--lr'; write --set training.learning-rate=VALUE. `ocs train --help` lists them.",
        "train", "run.yaml", "--lr", "3")]
    [InlineData(
        "`ocs train` has no option '--no-cache'. `ocs train --help` lists them.", "train", "run.yaml", "--no-cache")]
    [InlineData(
        "`ocs bench` has no option '--device'. `ocs bench --help` lists them.", "bench", "cifar_resnet8",
        "--device", "cuda")]
    [InlineData(
        "`ocs prune` has no option '--int8'. `ocs prune --help` lists them.", "prune", "cifar_resnet8",
        "--out", "--int8")]
    [InlineData(
        "`ocs report` has no option '--baselin'; did you mean '--baseline'? `ocs report --help` lists them.", "report",
        "a", "--baselin", "b")]
    [InlineData(
        "`ocs data check` has no option '--data-rot'; did you mean '--data-root'? `ocs data check --help` lists them.",
        "data", "check", "--data-rot", "b")]
    [InlineData("There is no network 'tensorrt'. `ocs models` lists them all.", "inspect", "tensorrt")]
    [InlineData(
        "--runtimes must be one of libtorch, onnxruntime, but is 'tensorrt'.", "bench", "cifar_resnet8", "--runtimes",
        "tensorrt")]
    [InlineData(
        "--seed takes a whole number that is not negative, such as 3, but was given '-1'.", "prune", "cifar_resnet8",
        "--target", "0.5", "--seed", "-1")]
    [InlineData(
        "--seed -1: seed must be a whole number that is not negative, but is '-1'.", "train", "--model",
        "cifar_resnet8", "--data", "fashion-mnist", "--seed", "-1")]
    [InlineData(
        "--epochs 1e1: training.epochs must be a whole number such as 20, but is '1e1'.", "train", "--model",
        "cifar_resnet8", "--data", "fashion-mnist", "--epochs", "1e1")]
    [InlineData(
        "--target 0,5: pruning.target must be a number such as 0.5, but is '0,5'.", "train", "--model", "cifar_resnet8",
        "--data", "fashion-mnist", "--target", "0,5")]
    [InlineData(
        "The command line: threads must be 1 or more, but is 0.", "train", "--model", "cifar_resnet8", "--data",
        "fashion-mnist", "--threads", "0")]
    [InlineData(
        "The command line names no data set; add a line such as `data: cifar10` (`ocs data list` lists them).", "train",
        "--model", "cifar_resnet8")]
    [InlineData("The configuration . is a folder; give the path of a YAML file.", "train", ".")]
    [InlineData(
        "The configuration /dev/zero is longer than 16 MiB; give the path of a YAML file.", "train", "/dev/zero")]
    [InlineData(
        "--out takes a file that ends in .ocs or .onnx, but was given 'x.txt'.", "prune", "cifar_resnet8", "--target",
        "0.5", "--out", "x.txt")]
    [InlineData(
        "--onnx takes a file that ends in .onnx, but was given 'x.pth'.", "export", "cifar_resnet8", "--onnx", "x.pth")]
    [InlineData("--threads must be 1 or more, but is 0.", "verify", "cifar_resnet8", "--threads", "0")]
    [InlineData(
        "--threads must be 1 or more, but is -1.", "export", "cifar_resnet8", "--threads", "-1", "--onnx", "x.onnx")]
    [InlineData(
        "--threads takes a whole number, such as 20, but was given 'many'.", "eval", "cifar_resnet8", "--data",
        "fashion-mnist", "--threads", "many")]
    [InlineData(
        "--data-root is given more than once; give it once.", "data", "list", "--data-root", "a", "--data-root", "b")]
    [InlineData("`ocs eval` needs MODEL; `ocs eval --help` shows what it takes.", "eval", "--data", "cifar10")]
    [InlineData("--data needs a value; `ocs eval --help` shows what it takes.", "eval", "cifar_resnet8", "--data")]
    [InlineData(
        "--target takes a number, such as 0.5, but was given 'half'.", "prune", "cifar_resnet8", "--target", "half")]
    [InlineData(
        "`ocs train` needs CONFIG, or --model and --data, or --resume RUN; `ocs train --help` "
        + "shows what it takes.",
        "train")]
    [InlineData(
        "--resume nowhere: there is no such folder; give the folder of a stopped run.", "train",
        "--resume", "nowhere")]
    [InlineData(
        "--resume uses the options that the run began with, so CONFIG cannot be given; leave it out, "
        + "or begin a new run.",
        "train", "run.yaml", "--resume", "nowhere")]
    [InlineData(
        "--resume uses the options that the run began with, so --seed cannot be given; leave it out, "
        + "or begin a new run.",
        "baseline", "--resume", "nowhere", "--seed", "3")]
    [InlineData(
        "--resume uses the options that the run began with, so --force cannot be given; leave it out, "
        + "or begin a new run.",
        "train", "--resume", "nowhere", "--force")]
    [InlineData("`ocs models` does not take 'all'; `ocs models --help` shows what it takes.", "models", "all")]
    [InlineData("`ocs data` needs a command: list, check, pack; `ocs data --help` explains them.", "data")]
    [InlineData(
        "Pruning options: target must lie between 0 and 1, both excluded, but is 1.5.", "prune", "cifar_resnet8",
        "--target", "1.5")]
    [InlineData(
        "--preset must be one of auto, paper, official, but is 'oficial'; did you mean 'official'?", "prune",
        "cifar_resnet8", "--target", "0.5", "--preset", "oficial")]
    [InlineData(
        "--saliency must be one of norm, squared-norm, l1-norm, batch-norm-scale, taylor, fpgm, lamp, random, "
        + "but is 'taylr'; did you mean 'taylor'?",
        "prune", "cifar_resnet8", "--target", "0.5", "--saliency", "taylr")]
    [InlineData(
        "--scope must be one of group, single-layer, but is 'singlelayer'; did you mean 'single-layer'?", "prune",
        "cifar_resnet8", "--target", "0.5", "--scope", "singlelayer")]
    [InlineData(
        "--ranking must be one of global, per-group, isomorphic, auto, but is 'pergroup'; did you mean 'per-group'?",
        "prune", "cifar_resnet8", "--target", "0.5", "--ranking", "pergroup")]
    [InlineData(
        "--resource must be one of macs, parameters, operations, memory, but is 'mac'; did you mean 'macs'?", "prune",
        "cifar_resnet8", "--target", "0.5", "--resource", "mac")]
    [InlineData(
        "--maximum-pruned takes a fraction, or PATTERN=FRACTION such as layer1.*=0.5, but was given 'half'.", "prune",
        "cifar_resnet8", "--target", "0.5", "--maximum-pruned", "half")]
    [InlineData(
        "Pruning options: maximum-pruned must lie in (0, 1], but is 2; minimum-channels must be at least 1, "
        + "but is 0; round-to must be at least 1, but is -8; maximum-pruned-of takes a pattern and a fraction in (0, "
        + "1], such as layer1.*=0.5, but has 'fc=2'.",
        "prune", "cifar_resnet8", "--target", "0.5", "--maximum-pruned",
        "2", "--maximum-pruned", "fc=2", "--minimum-channels", "0", "--round-to", "-8")]
    [InlineData(
        "Pruning options: partition official knows no ranking but global and no limit but maximum-pruned; "
        + "choose partition paper for others.",
        "prune", "cifar_resnet8", "--target", "0.5", "--preset", "official",
        "--ranking", "isomorphic")]
    [InlineData(
        "Saliency taylor needs gradients, and so training images; give --data NAME (`ocs data list` lists them).",
        "prune", "cifar_resnet8", "--target", "0.5", "--saliency", "taylor")]
    [InlineData(
        "--data gives gradients to saliency taylor, but lamp needs none; leave it out, or choose taylor.", "prune",
        "cifar_resnet8", "--target", "0.5", "--saliency", "lamp", "--data", "fashion-mnist")]
    [InlineData(
        "The pattern 'layr1' names no parameter of cifar_resnet8; did you mean 'layer1'? `ocs inspect` lists them.",
        "inspect", "cifar_resnet8", "--ignore", "layr1")]
    [InlineData(
        "--heads must be one of whole, same-index, but is 'hole'; did you mean 'whole'?", "inspect", "cifar_resnet8",
        "--heads", "hole")]
    [InlineData(
        "--groups must be one of whole, same-index, but is 'same'; did you mean 'same-index'?", "prune",
        "cifar_resnet8", "--target", "0.5", "--groups", "same")]
    [InlineData(
        "--freeze must be one of hidden-width, mlp-width, heads, query-key, value, but is 'head'; "
        + "did you mean 'heads'?",
        "prune", "cifar_resnet8", "--target", "0.5", "--freeze", "value,head")]
    [InlineData(
        "There is no data set 'cifar'; did you mean 'cifar10'? `ocs data list` lists them.", "eval", "cifar_resnet8",
        "--data", "cifar")]
    [InlineData(
        "There is no data set 'fashionmnist'; did you mean 'fashion-mnist'? `ocs data list` lists them.", "data",
        "check", "fashionmnist")]
    [InlineData(
        "A classifier needs at least 2 classes, but 1 was asked for.", "inspect", "cifar_resnet8", "--classes", "1")]
    [InlineData(
        "A zoo network's images have 1 or 3 channels, but --input-channels is 2.", "inspect", "cifar_resnet8",
        "--input-channels", "2")]
    [InlineData(
        "`ocs export` needs to know what to write; give --onnx FILE, --safetensors FILE or --pytorch FILE.", "export",
        "cifar_resnet8")]
    [InlineData(
        "--opset, --fold-batch-norm, --external-data, --float16, --float32, --int8 and --detections say how "
            + "--onnx FILE is written; give that, too.",
        "export",
        "cifar_resnet8", "--pytorch", "x.pth", "--opset", "13")]
    [InlineData(
        "ONNX files of opset 9 are not supported; give one of 11 to 23.", "export", "cifar_resnet8", "--onnx", "x.onnx",
        "--opset", "9")]
    [InlineData(
        "--runtimes must be one of libtorch, onnxruntime, but is 'onnx-runtime'; did you mean 'onnxruntime'?", "bench",
        "cifar_resnet8", "--runtimes", "libtorch,onnx-runtime")]
    [InlineData("--batch must be a whole number, but is 'x'.", "bench", "cifar_resnet8", "--batch", "1,x")]
    [InlineData("--batch must be 1 or more, but is 0.", "bench", "cifar_resnet8", "--batch", "0")]
    [InlineData("--runs must be 1 or more, but is 0.", "bench", "cifar_resnet8", "--runs", "0")]
    [InlineData("--warm-up must be 0 or more, but is -1.", "bench", "cifar_resnet8", "--warm-up", "-1")]
    [InlineData("--threads must be 1 or more, but is -2.", "bench", "cifar_resnet8", "--threads", "-2")]
    [InlineData("`ocs bench` needs MODEL; `ocs bench --help` shows what it takes.", "bench")]
    [InlineData("`ocs verify` needs A; `ocs verify --help` shows what it takes.", "verify")]
    [InlineData(
        "--tolerance must be 0 or more, but is -1.", "verify", "cifar_resnet8", "cifar_resnet8", "--tolerance", "-1")]
    [InlineData("--batch must be 1 or more, but is 0.", "verify", "cifar_resnet8", "cifar_resnet8", "--batch", "0")]
    [InlineData(
        "--input-size is for networks of the zoo and for .onnx files with dynamic sizes; leave it out.", "inspect",
        "./x.ocs", "--input-size", "3x8x8")]
    [InlineData(
        "--input-size is channels, height and width, 3x224x224 for example, but is '3x0x8'.", "inspect", "./x.onnx",
        "--input-size", "3x0x8")]
    [InlineData(
        "A zoo network's --input-size is channels, 1 or 3, height and width, at most 16384, 3x224x224 for "
        + "example, but is '32x32'.",
        "inspect", "cifar_resnet8", "--input-size", "32x32")]
    [InlineData(
        "--input-size is channels, height and width, 3x224x224 for example, but is 'large'.", "bench", "cifar_resnet8",
        "--input-size", "large")]
    [InlineData(
        "--input-size 3x32x32 and --input-channels 1 are two numbers of channels; leave one of them out.", "inspect",
        "cifar_resnet8", "--input-size", "3x32x32", "--input-channels", "1")]
    [InlineData(
        "vit_b_16 sees patches of 16x16 pixels, which do not fill an image of 30x30; use a height and a "
        + "width divisible by 16.",
        "inspect", "vit_b_16", "--input-size", "3x30x30")]
    [InlineData("--batch must be 1 or more, but is -3.", "bench", "cifar_resnet8", "--batch", "-3")]
    [InlineData(
        "--threads says how --target-latency is measured; give that, too, or leave it out.", "prune", "cifar_resnet8",
        "--target", "0.5", "--threads", "0")]
    [InlineData(
        "--round-to must be a whole number or auto, but is 'many'.", "prune", "cifar_resnet8", "--target", "0.5",
        "--round-to", "many")]
    [InlineData(
        "--opset and --fold-batch-norm say how an ONNX file is written; give --out FILE.onnx, too.", "prune",
        "cifar_resnet8", "--target", "0.5", "--fold-batch-norm")]
    [InlineData(
        "ONNX files of opset 9 are not supported; give one of 11 to 23.", "prune", "cifar_resnet8", "--target", "0.5",
        "--out", "x.onnx", "--opset", "9")]
    [InlineData(
        "--normalization must be one of data-set, official, imagenet, but is 'oficial'; did you mean 'official'?",
        "eval", "cifar_resnet8", "--data", "fashion-mnist", "--normalization", "oficial")]
    [InlineData(
        "give the path of a file that is there and whole.", "eval", "cifar_resnet8", "--weights", "w.npz", "--data",
        "fashion-mnist")]
    [InlineData(
        "--resize is for --data imagefolder, but the data set is cifar10; leave it out.", "eval", "cifar_resnet8",
        "--data", "cifar10", "--resize", "256")]
    public void A_wrong_command_line_gets_one_sentence(string sentence, params string[] args) =>
        Assert.EndsWith(sentence, CommandLine.Fails(args), StringComparison.Ordinal);

    [Theory]
    [InlineData("`ocs bench` has no option '--device'", "bench", "a.onnx", "--device", "cuda")]
    [InlineData("`ocs inspect` has no option '--verbose'", "inspect", "--verbose", "cifar_resnet8")]
    [InlineData("`ocs report` has no option '-x'", "report", "-x", "run")]
    public void An_option_that_is_not_known_is_no_argument(string sentence, params string[] args) =>
        Assert.StartsWith(sentence, CommandLine.Fails(args), StringComparison.Ordinal);
}
