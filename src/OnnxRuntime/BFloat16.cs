namespace Ocs.OnnxRuntime;

/// <summary>A 16-bit number with the range of a <c>float</c>: the upper half of its bits.</summary>
/// <param name="Bits">The bits.</param>
public readonly record struct BFloat16(ushort Bits)
{
    private const uint HalfOfTheRest = 0x7fff;
    private const ushort Quiet = 0x40;

    /// <summary>The number as a <c>float</c>.</summary>
    public float ToSingle() => BitConverter.UInt32BitsToSingle((uint)Bits << 16);

    /// <summary>Rounds to the nearest number, ties to even.</summary>
    public static BFloat16 FromSingle(float number)
    {
        var bits = BitConverter.SingleToUInt32Bits(number);
        return float.IsNaN(number)
            ? new((ushort)((bits >> 16) | Quiet))
            : new((ushort)((bits + HalfOfTheRest + ((bits >> 16) & 1)) >> 16));
    }
}
