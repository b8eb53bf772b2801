using System.Globalization;

namespace Ocs.Pruning.Search;

/// <summary>
/// The largest fraction, in (0, 1], that may be removed from groups whose channels are made by a layer that the pattern
/// names.
/// </summary>
/// <param name="Pattern">A pattern of the layer's parameter names (`*`, `?`).</param>
/// <param name="MaximumPruned">The fraction.</param>
public sealed record PatternLimit(string Pattern, double MaximumPruned)
{
    /// <summary>Reads `layer1.*=0.5`.</summary>
    /// <exception cref="OcsInputException">The text has another form.</exception>
    public static PatternLimit Parse(string text) => Read(text)
        ?? throw new OcsInputException($"'{text}' is no pattern and fraction in (0, 1]; write them like layer1.*=0.5.");

    /// <summary>The same; null for another form.</summary>
    internal static PatternLimit? Read(string text)
    {
        var equals = text.LastIndexOf('=');
        return equals > 0
            && double.TryParse(
                text.AsSpan(equals + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var maximum)
            && maximum is > 0 and <= 1
            ? new(text[..equals].Trim(), maximum)
            : null;
    }
}
