using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Zoo;

/// <summary>The zoo: every network by name. Each architecture's file lists its own.</summary>
public static class Models
{
    /// <summary>Every network of the zoo.</summary>
    public static ImmutableArray<Model> All { get; } =
    [
        .. AlexNet.Models,
        .. ConvNext.Models,
        .. DenseNet.Models,
        .. DilatedSegmentation.Models,
        .. EfficientNet.Models,
        .. GoogLeNet.Models,
        .. Gpt.Models,
        .. InceptionV3.Models,
        .. MaxVit.Models,
        .. MnasNet.Models,
        .. MobileNetV2.Models,
        .. MobileNetV3.Models,
        .. RegNet.Models,
        .. ResNet.Models,
        .. ResNetOptionA.Models,
        .. ShuffleNetV2.Models,
        .. SqueezeNet.Models,
        .. Ssd.Models,
        .. SwinTransformer.Models,
        .. SwinTransformerV2.Models,
        .. UNet.Models,
        .. Vgg.Models,
        .. VisionTransformer.Models,
    ];

    /// <summary>
    /// Builds a network by name, for its published image size and number of classes unless others are given. For text
    /// these are the sequence length (<see cref="NetworkInput.Sequence"/>) and the size of the vocabulary. The error
    /// for an unknown name suggests the nearest.
    /// </summary>
    /// <param name="name">A name in <see cref="All"/>, in any case.</param>
    /// <param name="input">The images.</param>
    /// <param name="classes">
    /// The number of classes: at least 2 for images, at least 1 for objects. A detector's background does not count;
    /// the network has one more score for it.
    /// </param>
    /// <exception cref="OcsInputException">
    /// The name is unknown, there are too few classes, or the images are too small.
    /// </exception>
    public static Graph Build(string name, NetworkInput? input = null, int? classes = null)
    {
        var model = Find(name);
        var given = input ?? model.Input;
        if (given.IsSequence != (model.Task == ModelTask.Text))
        {
            throw new OcsInputException(model.Task == ModelTask.Text
                ? $"{model.Name} takes a sequence of tokens, not an image; give the length of a sequence."
                : $"{model.Name} takes an image, not a sequence of tokens; give channels, height and width.");
        }

        return (model.Task, classes) switch
        {
            (ModelTask.Detection, < 1) => throw new OcsInputException(
                $"A detector needs at least 1 class of objects, not {classes}; the background does not count."),
            (not ModelTask.Detection, < 2) => throw new OcsInputException(
                $"A classifier needs at least 2 classes, but {classes} was asked for."),
            _ => model.Build(given, classes ?? model.Classes),
        };
    }

    /// <summary>Finds a network by its name, in any case.</summary>
    public static Model Find(string name) =>
        All.FirstOrDefault(candidate => candidate.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new OcsInputException(
            $"There is no network '{name}'{NearestName.Question(name, All.Select(candidate => candidate.Name))} "
            + "`Models.All` lists them all.");
}
