namespace Ocs.Graphs.Operators;

/// <summary>
/// Which positions of one dimension make each position of another size, in single precision as runtimes compute it.
/// Positions outside are the first or the last.
/// </summary>
internal readonly record struct ResampledDimension(Resample Op, int From, int To, float Scale)
{
    /// <summary>The position that each takes, [To].</summary>
    public long[] Nearest()
    {
        var chosen = new long[To];
        for (var x = 0; x < To; x++)
        {
            var position = Position(x);
            chosen[x] = Inside(Op.Rounding switch
            {
                ResampleRounding.PreferFloor => MathF.Ceiling(position - 0.5f),
                ResampleRounding.PreferCeiling => MathF.Floor(position + 0.5f),
                ResampleRounding.Floor => MathF.Floor(position),
                _ => MathF.Ceiling(position),
            });
        }

        return chosen;
    }

    /// <summary>The weights of all positions in each, [To, From].</summary>
    public float[] Weights()
    {
        var weights = new float[To * From];
        for (var x = 0; x < To; x++)
        {
            var row = weights.AsSpan(x * From, From);
            var before = MathF.Floor(Position(x));
            var rest = Position(x) - before;
            if (Op.Mode == ResampleMode.Linear)
            {
                row[Inside(before)] += 1 - rest;
                row[Inside(before + 1)] += rest;
            }
            else
            {
                AddCubic(row, before, rest);
            }
        }

        return weights;
    }

    private float Position(int x) => Op.Positions switch
    {
        ResamplePositions.AlignCorners => To == 1 ? 0 : x * (From - 1f) / (To - 1),
        ResamplePositions.Asymmetric => x / Scale,
        ResamplePositions.PytorchHalfPixel when To == 1 => 0,
        _ => (x + 0.5f) / Scale - 0.5f,
    };

    private int Inside(float position) => (int)Math.Clamp(position, 0, From - 1);

    private void AddCubic(Span<float> row, float before, float rest)
    {
        var sum = 0f;
        for (var tap = -1; tap <= 2; tap++)
        {
            var isOutside = before + tap < 0 || before + tap > From - 1;
            var weight = Op.ExcludeOutside && isOutside ? 0 : Cubic(Math.Abs(rest - tap));
            row[Inside(before + tap)] += weight;
            sum += weight;
        }

        // Without positions outside the weights would not sum to 1.
        for (var position = 0; Op.ExcludeOutside && position < row.Length; position++)
        {
            row[position] /= sum;
        }
    }

    // Keys 1981: (a + 2) d³ - (a + 3) d² + 1 up to a distance of 1, a d³ - 5 a d² + 8 a d - 4 a up to 2.
    private float Cubic(float distance)
    {
        var a = (float)Op.CubicCoefficient;
        return distance <= 1
            ? ((a + 2) * distance - (a + 3)) * distance * distance + 1
            : ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a;
    }
}
