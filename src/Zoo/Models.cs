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
    /// The network of a name, for its own image size and number of classes unless others are given; an unknown name is
    /// an error that suggests the nearest. For a network of texts that is the length of a sequence
    /// (<see cref="NetworkInput.Sequence"/>) and the size of the vocabulary.
    /// </summary>
    /// <param name="name">One of <see cref="All"/>, in any case.</param>
    /// <param name="input">The images.</param>
    /// <param name="classes">
    /// The classes that are told apart: at least two of images, at least one of objects. A detector's background is
    /// not one of them; the network has a score more for it.
    /// </param>
    /// <exception cref="OcsInputException">
    /// There is no such network, it has too few classes, or the images are too small for it.
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
                $"A detector needs at least 1 class of objects, but {classes} was asked for; the background is none."),
            (not ModelTask.Detection, < 2) => throw new OcsInputException(
                $"A classifier needs at least 2 classes, but {classes} was asked for."),
            _ => model.Build(given, classes ?? model.Classes),
        };
    }

    /// <summary>The entry of a name, in any case.</summary>
    public static Model Find(string name) =>
        All.FirstOrDefault(candidate => candidate.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new OcsInputException(
            $"There is no network '{name}'{NearestName.Question(name, All.Select(candidate => candidate.Name))} "
            + "`Models.All` lists them all.");
}
