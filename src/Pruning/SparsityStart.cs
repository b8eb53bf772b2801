using System.Globalization;

namespace Ocs.Pruning;

/// <summary>When sparsity learning starts: in a given epoch, or as soon as Eq. 5 holds.</summary>
/// <param name="Epoch">The epoch, from 0; null to use Eq. 5.</param>
public readonly record struct SparsityStart(int? Epoch)
{
    /// <summary>How configurations spell <see cref="Auto"/>; Tab. 8 uses the same word.</summary>
    public const string AutoName = "auto";

    /// <summary>Found by Eq. 5.</summary>
    public static SparsityStart Auto { get; } = new(Epoch: null);

    /// <summary>A given epoch.</summary>
    public static implicit operator SparsityStart(int epoch) => new(epoch);

    /// <summary>The start that a text names, or null if it names none.</summary>
    public static SparsityStart? Parse(string text) =>
        text == AutoName ? Auto
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var epoch) ? epoch
        : null;

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => Epoch?.ToString(CultureInfo.InvariantCulture) ?? AutoName;
}
