namespace Ocs.Data;

/// <summary>What happens to an image between the data set and the network.</summary>
public sealed record AugmentationOptions
{
    /// <summary>
    /// Black pixels put around the image before a window of its own size is cut out at random; 0 cuts nothing.
    /// </summary>
    /// <value>0. Range 0..32.</value>
    public int CropPadding { get; init; }

    /// <summary>
    /// Least share of an image's area that a random window of random shape takes, which is then resized to the
    /// network's size; 0 takes the middle. For images of many sizes (imagefolder).
    /// </summary>
    /// <value>0. Range 0..1.</value>
    public double MinCropArea { get; init; }

    /// <summary>Whether half of the images, chosen at random, are mirrored left to right.</summary>
    /// <value>False.</value>
    public bool HorizontalFlip { get; init; }

    /// <summary>
    /// Images of a batch are mixed two by two with a weight drawn from Beta(alpha, alpha), and their classes with them:
    /// mixup (Zhang et al. 2018, arXiv 1710.09412); 0 mixes none. For images with a class each.
    /// </summary>
    /// <value>0. Range 0..10.</value>
    public double MixupAlpha { get; init; }

    /// <summary>
    /// A rectangle of each image is that of another image of the batch, and its share of the area that of the other's
    /// class: CutMix (Yun et al. 2019, arXiv 1905.04899); 0 for none. With mixup too, half of the batches have each.
    /// For images with a class each.
    /// </summary>
    /// <value>0. Range 0..10.</value>
    public double CutmixAlpha { get; init; }

    /// <summary>
    /// The probability that a rectangle of an image is erased, of 2 to 33 % of its area (Zhong et al. 2020, arXiv
    /// 1708.04896). For images with a class each.
    /// </summary>
    /// <value>0. Range 0..1.</value>
    public double RandomErasing { get; init; }

    /// <summary>Whether whole batches are changed.</summary>
    internal bool ChangesBatches => MixupAlpha > 0 || CutmixAlpha > 0 || RandomErasing > 0;

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
        if (CropPadding is < 0 or > 32)
        {
            problems.Add($"`{nameof(CropPadding)}` is {CropPadding}, it must be within 0..32");
        }

        if (MinCropArea is not (>= 0 and <= 1))
        {
            problems.Add($"`{nameof(MinCropArea)}` is {MinCropArea}, it must be within 0..1");
        }

        Require(nameof(MixupAlpha), MixupAlpha, 10);
        Require(nameof(CutmixAlpha), CutmixAlpha, 10);
        Require(nameof(RandomErasing), RandomErasing, 1);
        return problems;

        void Require(string name, double value, double largest)
        {
            if (!(value >= 0 && value <= largest))
            {
                problems.Add(FormattableString.Invariant($"`{name}` is {value}, it must be within 0..{largest}"));
            }
        }
    }
}
