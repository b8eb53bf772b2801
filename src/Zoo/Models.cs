using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Zoo;

/// <summary>A network of the zoo.</summary>
/// <param name="Name">The name that commands and files use.</param>
/// <param name="Description">Paper and kind, in a line.</param>
/// <param name="Build">Builds it for an image size and a number of classes.</param>
public sealed record Model(string Name, string Description, Func<NetworkInput, int, Graph> Build);

/// <summary>The zoo: every network by name.</summary>
public static class Models
{
    public static ImmutableArray<Model> All { get; } =
    [
        .. new[] { 8, 20, 32, 44, 56, 110 }.Select(depth => new Model(
            $"cifar_resnet{depth}",
            $"ResNet-{depth} for small images (He et al. 2016, section 4.2)",
            (input, classes) => ResNet.Cifar(depth, input, classes))),
        .. new[] { 16, 19 }.Select(depth => new Model(
            $"cifar_vgg{depth}",
            $"VGG-{depth} with batch norm for small images (Simonyan and Zisserman 2015)",
            (input, classes) => Vgg.Cifar(depth, input, classes))),
    ];

    /// <summary>The network of a name; an unknown name is an error that suggests the nearest.</summary>
    public static Graph Build(string name, NetworkInput? input = null, int classes = 10)
    {
        var model = All.FirstOrDefault(candidate => candidate.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new OcsInputException(
                $"There is no network '{name}'; did you mean '{NearestName.Of(name, All.Select(candidate => candidate.Name))}'? `ocs models` lists them all.");
        return classes < 2
            ? throw new OcsInputException($"A classifier needs at least 2 classes, but {classes} was asked for.")
            : model.Build(input ?? NetworkInput.Cifar, classes);
    }
}
