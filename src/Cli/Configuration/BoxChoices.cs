using System.Collections.Immutable;

namespace Ocs.Cli.Configuration;

/// <summary>
/// Where images with boxes are, and how they are read: coco, voc, yolo. Paths start in the data root.
/// </summary>
internal sealed record BoxChoices
{
    /// <summary>Height and width of the network's input; images are stretched to it.</summary>
    public int Size { get; init; } = 300;

    /// <summary>
    /// The folder of the training images. Null for the usual one: coco train2017, voc JPEGImages, yolo images/train.
    /// </summary>
    public string? TrainImages { get; init; }

    /// <summary>
    /// The boxes of the training images: a file for coco, otherwise a folder. Null for the usual one: coco
    /// annotations/instances_train2017.json, voc Annotations, yolo labels/train.
    /// </summary>
    public string? TrainAnnotations { get; init; }

    /// <summary>The folder of the test images; null as for train-images.</summary>
    public string? TestImages { get; init; }

    /// <summary>
    /// The boxes of the test images. Null for the usual ones, or if there are none, for a part of the training images.
    /// </summary>
    public string? TestAnnotations { get; init; }

    /// <summary>The fraction of the images that is held out if there are no test annotations.</summary>
    public double ValidationSplit { get; init; } = 0.1;

    /// <summary>The classes in order. Empty takes those of the annotations.</summary>
    public ImmutableArray<string> ClassNames { get; init; } = [];

    /// <summary>
    /// A trained classifier that initializes the backbone of ssd300_resnet50, such as the model.ocs of a run with
    /// resnet50. Pruned layers stay narrow. Null for random weights.
    /// </summary>
    public string? Backbone { get; init; }
}
