namespace Ocs.Data;

/// <summary>
/// RandAugment (Cubuk et al. 2020, arXiv 1909.13719): a number of operations after one another, each chosen at random
/// among fourteen, all of one magnitude. Operations and their strengths are those of torchvision's RandAugment.
/// </summary>
/// <param name="operations">How many.</param>
/// <param name="magnitude">0..30.</param>
internal sealed class RandAugment(int operations, int magnitude)
{
    /// <summary>The strongest magnitude.</summary>
    public const int Strongest = 30;

    private const int Kinds = 14;

    // Strengths at the strongest magnitude.
    private const double Shear = 0.3;
    private const double Translation = 150.0 / 331;
    private const double Degrees = 30;
    private const double Change = 0.9;
    private const double BitsLost = 4;

    /// <summary>Applies operations that <paramref name="rng"/> chooses.</summary>
    public void Apply(ByteImage image, Rng rng)
    {
        for (var i = 0; i < operations; i++)
        {
            Apply(image, rng.Next(Kinds), rng);
        }
    }

    private void Apply(ByteImage image, int kind, Rng rng)
    {
        var part = (double)magnitude / Strongest;
        switch (kind)
        {
            case 0: break; // the image as it is
            case 1: image.ShearX(Signed(Shear)); break;
            case 2: image.ShearY(Signed(Shear)); break;
            case 3: image.Translate((int)Signed(Translation * image.Width), 0); break;
            case 4: image.Translate(0, (int)Signed(Translation * image.Height)); break;
            case 5: image.Rotate(Signed(Degrees)); break;
            case 6: image.AdjustBrightness(1 + Signed(Change)); break;
            case 7: image.AdjustSaturation(1 + Signed(Change)); break;
            case 8: image.AdjustContrast(1 + Signed(Change)); break;
            case 9: image.AdjustSharpness(1 + Signed(Change)); break;
            case 10: image.Posterize(8 - (int)Math.Round(BitsLost * part)); break;
            case 11: image.Solarize(255 * (1 - part)); break;
            case 12: image.AutoContrast(); break;
            default: image.Equalize(); break;
        }

        double Signed(double strongest) => (rng.NextBool() ? -1 : 1) * part * strongest;
    }
}
