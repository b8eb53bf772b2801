using System.Collections.Immutable;
using System.Globalization;

namespace Ocs.Formats.Onnx;

/// <summary>The normalization of images in a file's metadata: image_mean and image_std.</summary>
/// <param name="Mean">Of each channel of pixels scaled to 0..1.</param>
/// <param name="StandardDeviation">Of each channel of the same pixels.</param>
internal sealed record StatedNormalization(ImmutableArray<float> Mean, ImmutableArray<float> StandardDeviation)
{
    /// <summary>The stated normalization; null if it is missing or invalid.</summary>
    /// <param name="property">Returns the metadata value of a name, or null.</param>
    /// <param name="channels">The channels of the images.</param>
    public static StatedNormalization? Read(Func<string, string?> property, long channels)
    {
        var (mean, deviation) = (Numbers(property("image_mean")), Numbers(property("image_std")));
        return mean.Length == channels && deviation.Length == channels && mean.All(float.IsFinite)
            && deviation.All(number => float.IsFinite(number) && number > 0)
            ? new(mean, deviation)
            : null;
    }

    private static ImmutableArray<float> Numbers(string? text) =>
    [
        .. (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(
            part => float.TryParse(part, CultureInfo.InvariantCulture, out var number) ? number : float.NaN),
    ];
}
