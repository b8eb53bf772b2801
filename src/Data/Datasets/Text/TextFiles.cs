using System.Text;

namespace Ocs.Data;

/// <summary>Reads a text file, or those of a folder one after the other.</summary>
internal static class TextFiles
{
    // An array of tokens has no more.
    private const long Longest = 1L << 30;

    private static readonly UTF8Encoding Strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The bytes of a file, or of all files *.txt in a folder at any depth, in ordinal order.</summary>
    /// <exception cref="OcsInputException">There are none, or they cannot be read, or are too long.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            if (!Directory.Exists(path))
            {
                return InputFile.ReadAllBytes(path, Longest);
            }

            string[] files = [.. Directory.EnumerateFiles(path, "*.txt", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)];
            return files.Length == 0
                ? throw new OcsInputException($"{path} has no file *.txt; give a text file, or a folder of them.")
                : Joined(path, files);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OcsInputException(
                $"{path} can't be read as a text: {error.Message.TrimEnd('.')}; give a text file, or a folder of them.",
                error);
        }
    }

    /// <summary>The characters of bytes in UTF-8, without a byte order mark in front.</summary>
    /// <exception cref="OcsInputException">They are no UTF-8.</exception>
    public static string Characters(string path, byte[] bytes)
    {
        try
        {
            var start = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
            return Strict.GetString(bytes.AsSpan(start));
        }
        catch (DecoderFallbackException error)
        {
            throw new OcsInputException(
                $"{path} is no UTF-8: byte 0x{error.BytesUnknown?.FirstOrDefault():X2} at {error.Index} begins no "
                + $"character; convert it, or set `{nameof(TextOptions.Unit)}` to `{nameof(TextUnit.Byte)}`.",
                error);
        }
    }

    private static byte[] Joined(string path, string[] files)
    {
        using var joined = new MemoryStream();
        foreach (var file in files.Where(file => new FileInfo(file).Length > 0))
        {
            joined.Write(InputFile.ReadAllBytes(file, Longest - joined.Length));
        }

        return joined.Length > 0
            ? joined.ToArray()
            : throw new OcsInputException($"All files *.txt of {path} are empty; give some with a text.");
    }
}
