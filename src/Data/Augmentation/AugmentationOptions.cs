namespace Ocs.Data;

/// <summary>What happens to an image between the data set and the network.</summary>
public sealed record AugmentationOptions
{
    /// <summary>
    /// Black pixels added around the image before a random window of the image's size is cut out. 0 cuts nothing.
    /// </summary>
    /// <value>0. Range 0..32.</value>
    public int CropPadding { get; init; }

    /// <summary>
    /// The smallest fraction of an image's area for a random window of random shape, which is then resized to the
    /// network's size (torchvision's RandomResizedCrop). 0 takes the middle of the image. For images of many sizes
    /// (imagefolder).
    /// </summary>
    /// <value>0. Range 0..1.</value>
    public double MinCropArea { get; init; }

    /// <summary>Whether half of the images, chosen at random, are mirrored left to right.</summary>
    /// <value>False.</value>
    public bool HorizontalFlip { get; init; }

    /// <summary>
    /// mixup (Zhang et al. 2018, arXiv 1710.09412): pairs of images of a batch, and their classes, are mixed with a
    /// weight drawn from Beta(alpha, alpha). 0 for none. For images with one class each.
    /// </summary>
    /// <value>0. Range 0..10.</value>
    public double MixupAlpha { get; init; }

    /// <summary>
    /// CutMix (Yun et al. 2019, arXiv 1905.04899): a rectangle of each image is replaced by that of another image of
    /// the batch, and the classes are weighted by area. 0 for none. If mixup is on too, each is applied to half of the
    /// batches. For images with one class each.
    /// </summary>
    /// <value>0. Range 0..10.</value>
    public double CutmixAlpha { get; init; }

    /// <summary>
    /// The probability that a rectangle of an image is erased, of 2 to 33 % of its area (Zhong et al. 2020, arXiv
    /// 1708.04896). For images with a class each.
    /// </summary>
    /// <value>0. Range 0..1.</value>
    public double RandomErasing { get; init; }

    /// <summary>
    /// Operations of RandAugment for each image (Cubuk et al. 2020, arXiv 1909.13719), chosen at random among fourteen
    /// that move, turn and recolour it; 0 for none, usually 2. For images with a class each.
    /// </summary>
    /// <value>0. Range 0..14.</value>
    public int RandAugmentOperations { get; init; }

    /// <summary>How strong the operations of RandAugment are.</summary>
    /// <value>9, as in torchvision. Range 0..30.</value>
    public int RandAugmentMagnitude { get; init; } = 9;

    /// <summary>
    /// How often each drawn image is repeated in its batch, each time with another augmentation (Hoffer et al. 2020,
    /// arXiv 1901.09335). An epoch keeps its number of steps, so it has fewer different images. For images with one
    /// class each.
    /// </summary>
    /// <value>1; 3 in DeiT's recipe. Range 1..16.</value>
    public int RepeatedAugmentation { get; init; } = 1;

    /// <summary>Whether whole batches are changed.</summary>
    internal bool ChangesBatches => MixupAlpha > 0 || CutmixAlpha > 0 || RandomErasing > 0;

    /// <summary>Whether any option is set that is for images with a class each alone.</summary>
    internal bool NeedsClasses => ChangesBatches || RandAugmentOperations > 0 || RepeatedAugmentation > 1;

    /// <summary>The message for data without one class for each image.</summary>
    internal const string NeedClasses =
        $"`{nameof(MixupAlpha)}`, `{nameof(CutmixAlpha)}`, `{nameof(RandomErasing)}`, "
        + $"`{nameof(RandAugmentOperations)}` and `{nameof(RepeatedAugmentation)}` are for images with a class each";

    /// <summary>CIFAR's usual recipe: padding of 4, random crop, flip (He et al. 2016, section 4.2).</summary>
    public static AugmentationOptions CifarTrain { get; } = new() { CropPadding = 4, HorizontalFlip = true };

    /// <summary>For Fashion-MNIST: a weaker crop, because its objects fill the 28x28 frame.</summary>
    public static AugmentationOptions FashionTrain { get; } = new() { CropPadding = 2, HorizontalFlip = true };

    /// <summary>ImageNet's usual recipe: a window of at least 8 % of the area, flip (Szegedy et al. 2015).</summary>
    public static AugmentationOptions ImageNetTrain { get; } = new() { MinCropArea = 0.08, HorizontalFlip = true };

    /// <summary>Normalized and otherwise untouched.</summary>
    public static AugmentationOptions Evaluation { get; } = new();

    /// <summary>Everything that is wrong with the options, a sentence each.</summary>
    internal IReadOnlyList<string> Validate()
    {
        List<string> problems = [];
        Require(nameof(CropPadding), CropPadding, 32);
        Require(nameof(MinCropArea), MinCropArea, 1);
        Require(nameof(MixupAlpha), MixupAlpha, 10);
        Require(nameof(CutmixAlpha), CutmixAlpha, 10);
        Require(nameof(RandomErasing), RandomErasing, 1);
        Require(nameof(RandAugmentOperations), RandAugmentOperations, 14);
        Require(nameof(RandAugmentMagnitude), RandAugmentMagnitude, RandAugment.Strongest);
        Require(nameof(RepeatedAugmentation), RepeatedAugmentation, 16, least: 1);
        return problems;

        void Require(string name, double value, double largest, int least = 0)
        {
            if (!(value >= least && value <= largest))
            {
                problems.Add(
                    FormattableString.Invariant($"`{name}` is {value}, it must be within {least}..{largest}"));
            }
        }
    }
}
