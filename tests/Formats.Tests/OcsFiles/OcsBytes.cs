using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Ocs.Formats.Tests.OcsFiles;

/// <summary>The bytes of an .ocs file, to be changed by those who know its layout.</summary>
internal sealed class OcsBytes(byte[] file)
{
    public byte[] File => file;

    /// <summary>The file with another header and a right check sum.</summary>
    public byte[] WithHeader(Func<string, string> change)
    {
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(12));
        var data = file.AsSpan((int)OcsFile.Align(OcsFile.PrefixLength + length));
        var header = Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(file, OcsFile.PrefixLength, length)));
        var bytes = new byte[OcsFile.Align(OcsFile.PrefixLength + header.Length) + data.Length];
        file.AsSpan(0, OcsFile.PrefixLength).CopyTo(bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(12), (ulong)header.Length);
        header.CopyTo(bytes.AsSpan(OcsFile.PrefixLength));
        data.CopyTo(bytes.AsSpan(bytes.Length - data.Length));
        return Sealed(bytes);
    }

    /// <summary>
    /// Makes the last 32 bytes the check sum of those before; a file that is too short for one stays as it is.
    /// </summary>
    public static byte[] Sealed(byte[] bytes)
    {
        if (bytes.Length >= SHA256.HashSizeInBytes)
        {
            SHA256.HashData(
                bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes),
                bytes.AsSpan(bytes.Length - SHA256.HashSizeInBytes));
        }

        return bytes;
    }
}
