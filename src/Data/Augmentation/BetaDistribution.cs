namespace Ocs.Data;

/// <summary>Numbers of the symmetric beta distribution.</summary>
internal static class BetaDistribution
{
    /// <summary>A number in [0, 1] of Beta(alpha, alpha).</summary>
    public static double Draw(double alpha, Rng rng)
    {
        var (first, second) = (Gamma(alpha, rng), Gamma(alpha, rng));
        return first + second > 0 ? first / (first + second) : rng.NextBool() ? 1 : 0;
    }

    // Marsaglia and Tsang 2000, doi 10.1145/358407.358414; below 1 by the shape above it and a power of a uniform
    // number.
    private static double Gamma(double shape, Rng rng)
    {
        if (shape < 1)
        {
            return Gamma(shape + 1, rng) * Math.Pow(1 - rng.NextDouble(), 1 / shape);
        }

        var d = shape - (1.0 / 3);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            // Box and Muller 1958.
            var normal = Math.Sqrt(-2 * Math.Log(1 - rng.NextDouble())) * Math.Cos(2 * Math.PI * rng.NextDouble());
            var v = 1 + (c * normal);
            v = v * v * v;
            if (v > 0 && Math.Log(1 - rng.NextDouble()) < (0.5 * normal * normal) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }
}
