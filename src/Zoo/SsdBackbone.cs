using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Zoo;

/// <summary>Detectors on the backbone of a trained or pruned classifier, with its widths and weights.</summary>
public static class SsdBackbone
{
    private const int Side = 300;

    /// <summary>
    /// Builds an SSD on a classifier's backbone. Extra blocks and heads are initialized randomly. The classifier is not
    /// changed.
    /// </summary>
    /// <param name="classifier">
    /// A residual network with torchvision's names (resnet18 to resnet152, ResNeXt, Wide ResNet) or vgg16, whole or
    /// cut.
    /// </param>
    /// <param name="classes">Classes of objects, without the background.</param>
    /// <param name="input">The images; null for 300x300 pixels with the classifier's channels.</param>
    /// <param name="seed">The seed of the random weights.</param>
    /// <returns>The detector, owned by the caller, on the device of the classifier.</returns>
    /// <exception cref="OcsInputException">The classifier has another architecture.</exception>
    public static Network From(Network classifier, int classes, NetworkInput? input = null, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        var graph = classifier.Graph;
        if (classes < 1)
        {
            throw new OcsInputException(
                $"A detector needs at least 1 class of objects, not {classes}; the background does not count.");
        }

        if (graph.InputNodes.Count() != 1 || (!SsdResNet.Fits(graph) && !SsdVgg.Fits(graph)))
        {
            throw new OcsInputException(
                $"Network '{graph.Name}' has no backbone for a detector: give a residual network with "
                + "torchvision's names, such as resnet18, or vgg16.");
        }

        var images = input ?? new((int)graph.InputNodes.Single().Shape[1], Side, Side);
        var (detector, taken) = SsdResNet.Fits(graph)
            ? SsdResNet.Build(graph, images, classes)
            : SsdVgg.Build(graph, images, classes);
        var device = classifier.Parameters[graph.Parameters[0].Name].Device;
        var network = Network.Initialize(detector, seed, device);
        using var _ = Autograd.NoGrad();
        foreach (var (from, to) in taken)
        {
            Aten.CopyInPlace(network.Parameters[to], classifier.Parameters[from]);
        }

        return network;
    }
}
