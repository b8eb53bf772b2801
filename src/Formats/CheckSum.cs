using System.Security.Cryptography;

namespace Ocs.Formats;

/// <summary>Files whose last 32 bytes are SHA-256 of everything before.</summary>
internal static class CheckSum
{
    /// <summary>Whether the bytes are those that the check sum was made of; the stream is read to its end.</summary>
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
