using System.Security.Cryptography;

namespace Ocs.Formats;

/// <summary>Check sum of a file: its last 32 bytes are the SHA-256 of all bytes before them.</summary>
internal static class CheckSum
{
    /// <summary>Whether the check sum fits the bytes. Reads the stream to its end.</summary>
    public static bool IsRight(Stream stream)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        stream.Position = 0;
        for (var left = stream.Length - SHA256.HashSizeInBytes; left > 0;)
        {
            var count = stream.ReadAtLeast(buffer.AsSpan(0, (int)Math.Min(left, buffer.Length)), 1);
            hash.AppendData(buffer, 0, count);
            left -= count;
        }

        Span<byte> stated = stackalloc byte[SHA256.HashSizeInBytes];
        stream.ReadExactly(stated);
        return stated.SequenceEqual(hash.GetHashAndReset());
    }
}
