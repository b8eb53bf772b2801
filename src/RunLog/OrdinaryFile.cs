using Ocs.RunLog.Interop;

namespace Ocs.RunLog;

/// <summary>Reading files that may be anybody's: no more than a limit, and in a run's folder neither links nor pipes nor devices.</summary>
public static class OrdinaryFile
{
    private const int FirstLength = 1 << 16;

    /// <summary>Whether something is at a path that is no ordinary file: a link, a folder, a pipe, a device.</summary>
    public static bool IsOther(string path) => NativeFiles.IdentityOf(path, followLinks: false) is { Kind: not FileKind.Ordinary };

    /// <summary>The bytes of a file in a run's folder.</summary>
    /// <exception cref="InvalidDataException">It is no ordinary file, or longer than the limit.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[] ReadInFolder(string path, long limit) => IsOther(path)
        ? throw new InvalidDataException($"{path} is no ordinary file, so it is not read: a run's folder holds its files themselves, no links or pipes.")
        : Read(path, limit);

    /// <summary>The bytes of a file that a user has named, which may be a pipe.</summary>
    /// <exception cref="InvalidDataException">It is longer than the limit.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[] Read(string path, long limit)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        long stated = stream.CanSeek ? stream.Length : 0;
        byte[] bytes = new byte[stated > limit ? 0 : Math.Max(stated, FirstLength)];
        int length = 0;
        while (stated <= limit)
        {
            int count = stream.Read(bytes, length, bytes.Length - length);
            length += count;
            if (count == 0 || length > limit)
            {
                break;
            }

            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(2L * length, limit + 1));
            }
        }

        return stated > limit || length > limit
            ? throw new InvalidDataException($"{path} is longer than {limit >> 20} MiB, which no file of its kind is: give the right file.")
            : bytes[..length];
    }
}
