namespace Ocs.Data;

/// <summary>Prepares the images of a data set, one at a time, for one thread.</summary>
internal interface IImageWriter : IDisposable
{
    /// <summary>One image, with random choices drawn from <paramref name="rng"/>.</summary>
    /// <param name="index">Which image of the data set.</param>
    /// <param name="destination">[C, H, W], or [H, W, C] if <paramref name="channelsLast"/>.</param>
    /// <param name="channelsLast">The order of the destination.</param>
    /// <param name="rng">Seeded for this image in this epoch.</param>
    /// <returns>False if the image is broken and the data set was told to skip such.</returns>
    bool Write(int index, Span<float> destination, bool channelsLast, Rng rng);
}
