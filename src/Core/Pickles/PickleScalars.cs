namespace Ocs.Core.Pickles;

/// <summary>
/// The operations of a pickle that put down one value from the bytes behind them: numbers, text, bytes.
/// </summary>
internal sealed class PickleScalars(PickleInput input, PickleStrings strings)
{
    /// <summary>
    /// Reads the value of an operation; false if the operation is none of these, and nothing is read.
    /// </summary>
    public bool TryRead(byte opcode, out object? value) =>
        TryReadNumber(opcode, out value) || TryReadText(opcode, out value);

    private bool TryReadNumber(byte opcode, out object? value)
    {
        switch (opcode)
        {
            case (byte)'N': value = null; break;
            case 0x88: value = true; break;
            case 0x89: value = false; break;
            case (byte)'J': value = (long)input.Int32(); break;
            case (byte)'K': value = (long)input.Byte(); break;
            case (byte)'M': value = (long)input.UInt16(); break;
            case (byte)'I': value = PickleNumber.Integer(input.Line()); break;
            case (byte)'L': value = PickleNumber.Whole(input.Line().TrimEnd('L')); break;
            case 0x8a: value = Whole(input.Byte()); break;
            case 0x8b: value = Whole(input.Int32()); break;
            case (byte)'F': value = PickleNumber.Real(input.Line()); break;
            case (byte)'G': value = input.Double(); break;
            default: value = null; return false;
        }

        return true;
    }

    private bool TryReadText(byte opcode, out object? value)
    {
        switch (opcode)
        {
            case (byte)'S': value = PickleText.Unquote(input.Line()); break;
            case (byte)'V': value = PickleText.Unescape(input.Line()); break;
            case (byte)'T': value = String(input.Int32()); break;
            case (byte)'U': value = String(input.Byte()); break;
            case (byte)'X': value = input.Text(input.Int32()); break;
            case 0x8c: value = input.Text(input.Byte()); break;
            case 0x8d: value = input.Text(input.Int64()); break;
            case (byte)'B': value = input.Take(input.Int32()); break;
            case (byte)'C': value = input.Take(input.Byte()); break;
            case 0x8e or 0x96: value = input.Take(input.Int64()); break;
            default: value = null; return false;
        }

        return true;
    }

    private object Whole(int length) => length is >= 0 and <= PickleNumber.Longest
        ? PickleNumber.Whole(input.Take(length).Span)
        : throw new InvalidDataException($"a number in it has {length} bytes");

    private object String(long length) => strings == PickleStrings.Bytes ? input.Take(length) : input.Text(length);
}
