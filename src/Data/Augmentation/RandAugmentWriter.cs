namespace Ocs.Data;

/// <summary>Applies <see cref="RandAugment"/> to images that another writer cuts out and mirrors.</summary>
/// <remarks>
/// The other writer gives normalized values. They are those of a table of 256, so the bytes come back exactly.
/// </remarks>
/// <param name="source">Owned.</param>
/// <param name="images">Of the data set.</param>
/// <param name="augment">The operations.</param>
internal sealed class RandAugmentWriter(IImageWriter source, LabelledImages images, RandAugment augment) : IImageWriter
{
    private readonly float[] _table = images.Normalization.Table();
    private readonly float[] _normalized = new float[images.ImageLength];
    private readonly byte[] _bytes = new byte[images.ImageLength];
    private readonly byte[] _scratch = new byte[images.ImageLength];

    public bool Write(int index, Span<float> destination, bool channelsLast, Rng rng)
    {
        if (!source.Write(index, _normalized, channelsLast: false, rng))
        {
            return false;
        }

        var plane = images.Height * images.Width;
        for (var channel = 0; channel < images.Channels; channel++)
        {
            var table = _table.AsSpan(channel * 256, 256);
            var (black, scale) = (table[0], 255 / (table[255] - table[0]));
            for (var i = channel * plane; i < (channel + 1) * plane; i++)
            {
                _bytes[i] = (byte)MathF.Round(scale * (_normalized[i] - black));
            }
        }

        augment.Apply(new(_bytes, _scratch, images.Channels, images.Height, images.Width), rng);
        var (channelStep, pixelStep) = channelsLast ? (1, images.Channels) : (plane, 1);
        for (var channel = 0; channel < images.Channels; channel++)
        {
            var table = _table.AsSpan(channel * 256, 256);
            var bytes = _bytes.AsSpan(channel * plane, plane);
            for (var pixel = 0; pixel < plane; pixel++)
            {
                destination[(channel * channelStep) + (pixel * pixelStep)] = table[bytes[pixel]];
            }
        }

        return true;
    }

    public void Dispose() => source.Dispose();
}
