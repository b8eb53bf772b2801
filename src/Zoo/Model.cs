using Ocs.Graphs;

namespace Ocs.Zoo;

/// <summary>A network of the zoo.</summary>
/// <param name="Name">The name in commands and files.</param>
/// <param name="Description">Paper and kind, in one line.</param>
/// <param name="Input">The published image or sequence size.</param>
/// <param name="Classes">
/// The published number of classes, or the vocabulary size; without a detector's background.
/// </param>
/// <param name="Build">Builds it for an input and a number of classes.</param>
public sealed record Model(
    string Name, string Description, NetworkInput Input, int Classes, Func<NetworkInput, int, Graph> Build)
{
    /// <summary>The task.</summary>
    public ModelTask Task { get; init; }

    /// <summary>A network for 32x32 colour images and 10 classes.</summary>
    internal static Model Cifar(string name, string description, Func<NetworkInput, int, Graph> build) =>
        new(name, description, NetworkInput.Cifar, 10, build);

    /// <summary>A network for square colour images and 1000 classes, with torchvision's names.</summary>
    internal static Model ImageNet(
        string name, string description, Func<NetworkInput, int, Graph> build, int size = 224) =>
        new(name, description, new(3, size, size), 1000, build);
}
