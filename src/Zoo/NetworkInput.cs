using System.Collections.Immutable;

namespace Ocs.Zoo;

/// <summary>The input of a network: an image, or a sequence of tokens.</summary>
/// <param name="Channels">Channels of the image; 0 for a sequence.</param>
/// <param name="Height">Rows of the image; 0 for a sequence.</param>
/// <param name="Width">Columns of the image; 0 for a sequence.</param>
public readonly record struct NetworkInput(int Channels, int Height, int Width)
{
    /// <summary>32x32 colour images.</summary>
    public static NetworkInput Cifar { get; } = new(3, 32, 32);

    /// <summary>28x28 grey images: MNIST, Fashion-MNIST.</summary>
    public static NetworkInput Mnist { get; } = new(1, 28, 28);

    /// <summary>Tokens of a sequence; 0 for an image.</summary>
    public int Length { get; private init; }

    /// <summary>Whether it is a sequence of tokens.</summary>
    public bool IsSequence => Length > 0;

    /// <summary>The shape of a sample: [C, H, W], or [L].</summary>
    public ImmutableArray<long> Shape => IsSequence ? [Length] : [Channels, Height, Width];

    /// <summary>A sequence of tokens.</summary>
    /// <param name="length">The number of tokens L, at least 1.</param>
    /// <exception cref="OcsInputException">The length is below 1.</exception>
    public static NetworkInput Sequence(int length) => length >= 1
        ? new() { Length = length }
        : throw new OcsInputException($"A sequence has at least 1 token, but {length} were asked for.");
}
