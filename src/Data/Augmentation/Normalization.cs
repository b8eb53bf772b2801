using System.Collections.Immutable;

namespace Ocs.Data;

/// <summary>The normalization of pixels for a network's input: (pixel / 255 - mean) / deviation, per channel.</summary>
/// <param name="Mean">Per channel, of pixels scaled to 0..1.</param>
/// <param name="StandardDeviation">Per channel, of pixels scaled to 0..1; positive.</param>
public sealed record Normalization(ImmutableArray<float> Mean, ImmutableArray<float> StandardDeviation)
{
    /// <summary>Training images of Fashion-MNIST.</summary>
    public static Normalization FashionMnist { get; } = new([0.28604f], [0.35302f]);

    /// <summary>Training images of CIFAR-10.</summary>
    public static Normalization Cifar10 { get; } =
        new([0.49139968f, 0.48215841f, 0.44653091f], [0.24703223f, 0.24348513f, 0.26158784f]);

    /// <summary>Training images of CIFAR-100.</summary>
    public static Normalization Cifar100 { get; } =
        new([0.50707516f, 0.48654887f, 0.44091784f], [0.26733429f, 0.25643846f, 0.27615047f]);

    /// <summary>
    /// The values of the authors' program for CIFAR-10. Its deviations are means of the deviations within images.
    /// </summary>
    public static Normalization OfficialCifar10 { get; } =
        new([0.4914f, 0.4822f, 0.4465f], [0.2023f, 0.1994f, 0.2010f]);

    /// <summary>The values of the authors' program for CIFAR-100.</summary>
    public static Normalization OfficialCifar100 { get; } =
        new([0.5071f, 0.4867f, 0.4408f], [0.2675f, 0.2565f, 0.2761f]);

    /// <summary>Training images of ImageNet; many networks for other data sets were trained with it too.</summary>
    public static Normalization ImageNet { get; } =
        new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>Number of channels, C.</summary>
    public int Channels => Mean.Length;

    /// <summary>The network's input for each of the 256 pixel values of each channel, [C, 256].</summary>
    /// <remarks>
    /// Rounded in the order of torchvision's ToTensor and Normalize, so that inputs agree to the last bit.
    /// </remarks>
    internal float[] Table()
    {
        var table = new float[Channels * 256];
        for (var channel = 0; channel < Channels; channel++)
        {
            for (var pixel = 0; pixel < 256; pixel++)
            {
                table[(channel * 256) + pixel] = ((pixel / 255f) - Mean[channel]) / StandardDeviation[channel];
            }
        }

        return table;
    }

    /// <summary>What is wrong with it for images of this many channels, or null.</summary>
    internal string? Problem(int channels) =>
        Mean.IsDefault || StandardDeviation.IsDefault || Mean.Length != channels || StandardDeviation.Length != channels
            ? $"the normalization must have one mean and one deviation for each of the {channels} channels"
            : Mean.All(float.IsFinite) && StandardDeviation.All(deviation => float.IsFinite(deviation) && deviation > 0)
            ? null
            : "mean must be finite and standard deviation positive in every channel";
}
