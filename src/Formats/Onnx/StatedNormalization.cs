using System.Collections.Immutable;
using System.Globalization;

namespace Ocs.Formats.Onnx;

/// <summary>How a file's metadata say that its images are normalized: image_mean and image_std.</summary>
/// <param name="Mean">Of each channel of pixels scaled to 0..1.</param>
/// <param name="StandardDeviation">The same.</param>
internal sealed record StatedNormalization(ImmutableArray<float> Mean, ImmutableArray<float> StandardDeviation)
{
    /// <summary>What is stated; null if it is not, or not a number above 0 for each channel.</summary>
    /// <param name="property">The metadata's value of a name, or null.</param>
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
