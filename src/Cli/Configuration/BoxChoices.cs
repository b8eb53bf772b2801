using System.Collections.Immutable;

namespace Ocs.Cli.Configuration;

/// <summary>
/// Where images with boxes are, and how they are read: coco, voc, yolo. Paths start in the data root.
/// </summary>
internal sealed record BoxChoices
{
    /// <summary>Height and width of what reaches the network; images are stretched to it.</summary>
    public int Size { get; init; } = 300;

    /// <summary>
    /// The folder of the images to train on. Null for the usual one: coco train2017, voc JPEGImages, yolo images/train.
    /// </summary>
    public string? TrainImages { get; init; }

    /// <summary>
    /// Their boxes: a file of coco, else a folder. Null for the usual one: coco annotations/instances_train2017.json,
    /// voc Annotations, yolo labels/train.
    /// </summary>
    public string? TrainAnnotations { get; init; }

    /// <summary>The folder of the images to measure on; null as with train-images.</summary>
    public string? TestImages { get; init; }

    /// <summary>
    /// Their boxes. Null for the usual ones, and where there are none, a part of the images to train on.
    /// </summary>
    public string? TestAnnotations { get; init; }

    /// <summary>The fraction of the images that is measured on, where test-annotations has none.</summary>
    public double ValidationSplit { get; init; } = 0.1;

    /// <summary>The classes in their order. Empty for those that the annotations name.</summary>
    public ImmutableArray<string> ClassNames { get; init; } = [];

    /// <summary>
    /// A trained classifier, such as the model.ocs of a run with resnet50, whose layers the model ssd300_resnet50
    /// begins with. The layers of a pruned one stay narrow. Null for random weights.
    /// </summary>
    public string? Backbone { get; init; }
}
