using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Cli;

/// <summary>Finds the network that MODEL on a command line means: a name of the zoo, or an .ocs file.</summary>
internal static class ModelSource
{
    private const int DefaultClasses = 10;

    /// <summary>The network alone, without weights.</summary>
    public static Graph Graph(string model, int? classes, int? inputChannels) =>
        Models.Build(model, InputOf(inputChannels ?? NetworkInput.Cifar.Channels), classes ?? DefaultClasses);

    private static NetworkInput InputOf(int channels) => channels switch
    {
        1 => NetworkInput.Mnist,
        3 => NetworkInput.Cifar,
        _ => throw new OcsInputException($"A zoo network's images have 1 or 3 channels, but --input-channels is {channels}."),
    };
}
