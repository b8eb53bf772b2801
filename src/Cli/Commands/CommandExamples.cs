using System.Collections.Immutable;
using System.CommandLine;
using Ocs.Cli.Output;

namespace Ocs.Cli.Commands;

/// <summary>The examples at the end of each command's help.</summary>
internal static class CommandExamples
{
    private static readonly ImmutableDictionary<string, ImmutableArray<HelpExample>> Examples =
        new Dictionary<string, ImmutableArray<HelpExample>>(StringComparer.Ordinal)
        {
            ["ocs"] =
            [
                new("ocs demo", "Shows the whole cycle on Fashion-MNIST in minutes."),
                new(
                    "ocs init --model resnet18 --data photos --out run.yaml",
                    "Writes a configuration for a network and a folder of pictures."),
                new("ocs train run.yaml --data-root photos", "Trains the network that it describes, and prunes it."),
                new(
                    "ocs prune network.onnx --target 0.5 --out small.onnx",
                    "Removes half of the multiply-accumulates of a trained network."),
            ],
            ["ocs demo"] =
            [
                new("ocs demo", "Writes runs/demo with the small network and the report."),
                new("ocs demo --set training.epochs=2 --out runs/short", "A shorter run, in another folder."),
            ],
            ["ocs init"] =
            [
                new(
                    "ocs init --model cifar_resnet20 --data cifar10 --out run.yaml",
                    "A network of the zoo and a data set by their names."),
                new(
                    "ocs init --model resnet18 --data photos --out run.yaml",
                    "A folder of pictures: with a folder for each class, or with masks or boxes."),
                new(
                    "ocs init --model network.onnx --data photos --out run.yaml",
                    "Starts with a trained network."),
                new("ocs init --model gpt_nano --data input.txt --out run.yaml", "A text."),
            ],
            ["ocs train"] =
            [
                new("ocs train run.yaml --dry-run", "Shows what the run would do, and how long it would take."),
                new("ocs train run.yaml --target 0.6 --out runs/small", "Trains, with another target than the file's."),
                new("ocs train --model cifar_resnet20 --data cifar10 --epochs 20", "The same without a file."),
                new("ocs train --resume runs/small", "Resumes a run that was stopped or killed."),
            ],
            ["ocs baseline"] =
            [
                new("ocs baseline run.yaml --out runs/twin", "Trains the same network without pruning, to compare."),
                new(
                    "ocs baseline run.yaml --model small.onnx --learning-rate 0.01 --out runs/tuned",
                    "Fine-tunes the network that `ocs prune` wrote."),
            ],
            ["ocs prune"] =
            [
                new(
                    "ocs prune network.onnx --target 0.5 --out small.onnx",
                    "Removes half of the multiply-accumulates."),
                new(
                    "ocs prune network.onnx --target 0.5 --ignore 'head.*' --maximum-pruned 0.7 --out small.onnx",
                    "The same, but keeps the head and at least 30 % of every layer."),
                new(
                    "ocs prune network.onnx --target-latency 4 --out small.onnx",
                    "Removes channels until an image takes 4 ms on this machine."),
                new(
                    "ocs prune resnet18 --weights resnet18.pth --target 0.3 --saliency taylor --data imagefolder",
                    "Ranks channels by gradients of images."),
            ],
            ["ocs eval"] =
            [
                new("ocs eval runs/small/model.ocs", "Measures on the data that the run was trained with."),
                new(
                    "ocs eval small.onnx --data imagefolder --data-root photos --runtime onnxruntime",
                    "Measures an ONNX file as it will run."),
            ],
            ["ocs inspect"] =
            [
                new("ocs inspect cifar_resnet56", "Shows what can be pruned in a network of the zoo."),
                new("ocs inspect network.onnx --input-size 3x224x224", "A file with dynamic sizes."),
                new("ocs inspect network.onnx --json", "The same for another program."),
            ],
            ["ocs export"] =
            [
                new(
                    "ocs export runs/small/model.ocs --onnx small.onnx --fold-batch-norm",
                    "Writes the file to ship, with folded batch norms."),
                new("ocs export runs/small/model.ocs --onnx half.onnx --float16", "The same with 16-bit floats."),
                new("ocs export network.onnx --pytorch network.pth", "Writes the weights for PyTorch."),
            ],
            ["ocs quantize"] =
            [
                new(
                    "ocs quantize runs/small/model.ocs --out int8.onnx",
                    "Calibrates with training images of the run."),
                new(
                    "ocs quantize network.onnx --data imagefolder --data-root photos --out int8.onnx",
                    "Calibrates with a folder of pictures."),
            ],
            ["ocs verify"] =
            [
                new("ocs verify network.onnx", "Compares libtorch with ONNX Runtime."),
                new("ocs verify runs/small/model.ocs runs/small/pruned.onnx", "Compares two files of one network."),
            ],
            ["ocs bench"] =
            [
                new("ocs bench network.onnx small.onnx", "Compares the times of two networks."),
                new(
                    "ocs bench resnet18 mobilenet_v2 --batch 1,32 --threads 2 --runtimes onnxruntime",
                    "With two batch sizes, two threads and one runtime."),
            ],
            ["ocs detect"] =
            [
                new("ocs detect runs/boxes/model.ocs street.jpg", "Writes detections/street.jpg with its boxes."),
                new(
                    "ocs detect runs/boxes/model.ocs street.jpg yard.png --score 0.6 --out seen",
                    "Shows only boxes with higher scores, in two pictures."),
            ],
            ["ocs report"] =
            [
                new("ocs report runs/small", "Rewrites runs/small/report.html."),
                new("ocs report runs/small --baseline runs/twin", "Compares a run with its unpruned twin."),
                new("ocs report runs/a runs/b --csv tables --latex runs.tex", "Compares runs, with tables of them."),
            ],
            ["ocs watch"] =
            [
                new("ocs watch runs/small", "Shows a run in progress, or one that begins soon."),
                new("ocs watch runs/a runs/b --port 0", "Compares two runs, on a free port."),
            ],
            ["ocs data"] =
            [
                new("ocs data list", "Shows which data sets are found."),
                new("ocs data check cifar10", "Reads all images of one."),
            ],
            ["ocs data list"] =
            [
                new("ocs data list", "Looks in the usual places."),
                new("ocs data list --data-root /data", "Looks in another folder first."),
            ],
            ["ocs data check"] =
            [
                new("ocs data check", "Checks the data sets that are found."),
                new("ocs data check imagefolder --data-root photos", "Reads all pictures of a folder."),
            ],
            ["ocs data pack"] =
            [
                new("ocs data pack --data-root tiny-imagenet", "Decodes all pictures of a folder once."),
                new("ocs data pack --data-root tiny-imagenet --skip-broken", "The same without those that are broken."),
            ],
            ["ocs models"] =
            [
                new("ocs models", "A table of the networks."),
                new("ocs models --json", "The same for another program."),
            ],
            ["ocs doctor"] =
            [
                new("ocs doctor", "Checks this machine."),
                new("ocs doctor --data-root /data", "Looks for data sets in another folder, too."),
            ],
            ["ocs completion"] =
            [
                new(
                    "ocs completion bash > ~/.local/share/bash-completion/completions/ocs",
                    "For bash; or `source <(ocs completion bash)` in ~/.bashrc."),
                new("source <(ocs completion zsh)", "For zsh: in ~/.zshrc, after compinit."),
                new("ocs completion fish > ~/.config/fish/completions/ocs.fish", "For fish."),
                new("ocs completion pwsh | Out-String | Invoke-Expression", "For PowerShell: in $PROFILE."),
            ],
        }.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>The examples of a command.</summary>
    public static ImmutableArray<HelpExample> Of(Command command) =>
        Examples.GetValueOrDefault(CommandHelp.NameOf(command), []);
}
