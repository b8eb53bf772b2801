using System.Globalization;
using Onnx;

namespace Ocs.Formats.Onnx.Import;

/// <summary>
/// External data: numbers in files beside the model. They must be in its folder or below, and not behind a link.
/// </summary>
internal sealed class ExternalData(string modelPath)
{
    // Tensors may share bytes. The limit keeps a small file from filling the memory.
    private const int HighestReuse = 8;

    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(modelPath)) ?? "";
    private readonly Dictionary<string, long> _promised = new(StringComparer.Ordinal);

    /// <summary>Checks that a tensor's bytes exist. The result reads them.</summary>
    public Func<ReadOnlyMemory<byte>> Open(TensorProto tensor, long length)
    {
        var location = Entry(tensor, "location") ?? throw Error(tensor, "does not name the file of its numbers");
        var offset = Number(tensor, "offset") ?? 0;
        if (Number(tensor, "length") is { } stated && stated != length)
        {
            throw Error(tensor, $"states {stated} bytes in '{location}', but its shape needs {length}");
        }

        var path = Resolve(tensor, location);
        var file = new FileInfo(path);
        if (!file.Exists || offset < 0 || offset > file.Length - length)
        {
            throw Error(tensor, $"needs {length} bytes from {offset} on of '{location}', which do not exist");
        }

        var promised = _promised.GetValueOrDefault(path) + length;
        if (promised > HighestReuse * file.Length)
        {
            throw Error(tensor, $"and others have together more than {HighestReuse} times the bytes of '{location}'");
        }

        _promised[path] = promised;
        return () => Read(path, offset, length);
    }

    private static ReadOnlyMemory<byte> Read(string path, long offset, long length) => WholeFile.Read(path, stream =>
    {
        var bytes = new byte[length];
        stream.Position = offset;
        stream.ReadExactly(bytes);
        return bytes;
    });

    private string Resolve(TensorProto tensor, string location)
    {
        var parts = location.Split('/', '\\');
        if (location.Contains('\0', StringComparison.Ordinal)
            || Path.IsPathRooted(location)
            || parts.Contains("..")
            || parts[0].Contains(':', StringComparison.Ordinal))
        {
            throw Error(
                tensor,
                $"has its numbers in '{location}', outside the model's folder: they must be beside the model");
        }

        var path = _folder;
        foreach (var part in parts.Where(part => part is not ("" or ".")))
        {
            path = Path.Combine(path, part);
            if (new FileInfo(path).LinkTarget is not null)
            {
                throw Error(
                    tensor, $"has its numbers behind the link '{location}': put the file itself beside the model");
            }
        }

        return path;
    }

    private static long? Number(TensorProto tensor, string key) => Entry(tensor, key) is not { } text
        ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw Error(tensor, $"has a {key} of external data that is not a number: '{text}'");

    private static string? Entry(TensorProto tensor, string key) =>
        tensor.ExternalData.LastOrDefault(entry => entry.Key == key)?.Value;

    private static OcsInputException Error(TensorProto tensor, string what) => new($"tensor '{tensor.Name}' {what}.");
}
