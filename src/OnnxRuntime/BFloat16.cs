namespace Ocs.OnnxRuntime;

/// <summary>A number of 16 bits with the range of a <c>float</c>, whose upper half it is.</summary>
/// <param name="Bits">The bits.</param>
public readonly record struct BFloat16(ushort Bits)
{
    private const uint HalfOfTheRest = 0x7fff;
    private const ushort Quiet = 0x40;

    /// <summary>The same number.</summary>
    public float ToSingle() => BitConverter.UInt32BitsToSingle((uint)Bits << 16);

    /// <summary>The nearest number, the even one of two.</summary>
    public static BFloat16 FromSingle(float number)
    {
        var bits = BitConverter.SingleToUInt32Bits(number);
        return float.IsNaN(number)
            ? new((ushort)((bits >> 16) | Quiet))
            : new((ushort)((bits + HalfOfTheRest + ((bits >> 16) & 1)) >> 16));
    }
}
