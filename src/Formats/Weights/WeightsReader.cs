using System.Buffers.Binary;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>
/// Reads named tensors from files of any supported format. The first bytes decide the format, not the name.
/// </summary>
public static class WeightsReader
{
    private const int LongestMark = 9;

    private static readonly (string Kind, byte[] Start)[] Others =
    [
        ("an HDF5 file, as Keras writes them", [0x89, .. "HDF"u8]),
        ("a GGUF file", [.. "GGUF"u8]),
        ("a NumPy array", [0x93, .. "NUMPY"u8]),
        ("compressed by gzip", [0x1F, 0x8B]),
    ];

    /// <summary>Reads the tensors of a file, on the CPU.</summary>
    /// <param name="path">A file of PyTorch, safetensors, .ocs or TorchSharp.</param>
    /// <param name="key">The key of a checkpoint; null tries the usual keys.</param>
    /// <exception cref="OcsInputException">
    /// The format is unknown, the file is damaged, or it has no such key.
    /// </exception>
    public static NamedTensors Read(string path, string? key = null) => KindOf(path) switch
    {
        Kind.PyTorch => PyTorchFile.Read(path, key),
        Kind.Safetensors => new(SafetensorsFile.Read(path), null, []),
        Kind.Ocs => new(OcsTensors(path), null, []),
        Kind.TorchSharp => new(TorchSharpTensors(path), null, []),
        _ => throw new OcsInputException(
            $"{path} is {OtherKind(path)}: give weights as safetensors, PyTorch's torch.save, "
            + ".ocs or TorchSharp's Module.save write them."),
    };

    /// <summary>Whether a file has weights only, without a graph.</summary>
    public static bool IsWeightsAlone(string path) =>
        KindOf(path) is Kind.PyTorch or Kind.Safetensors or Kind.TorchSharp;

    private static Kind KindOf(string path) => WholeFile.Read(path, file =>
    {
        Span<byte> start = stackalloc byte[LongestMark];
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        return start.StartsWith(OcsFile.Magic) ? Kind.Ocs
            : start.StartsWith("PK"u8) || start is [0x80, >= 2 and <= 5, ..] ? Kind.PyTorch
            : IsSafetensors(start, file.Length) ? Kind.Safetensors
            : Array.Exists(Others, other => file.Length >= other.Start.Length && Begins(file, other.Start)) ? Kind.Other
            : TorchSharpFile.IsLikely(file) ? Kind.TorchSharp
            : Kind.Other;
    });

    private static bool IsSafetensors(ReadOnlySpan<byte> start, long length) =>
        start.Length == LongestMark
            && start[^1] == '{'
            && BinaryPrimitives.ReadUInt64LittleEndian(start) <= (ulong)length;

    private static string OtherKind(string path) => WholeFile.Read(
        path,
        file => Others.FirstOrDefault(other => Begins(file, other.Start)).Kind
            ?? "not a file of weights by its first bytes");

    private static bool Begins(FileStream file, byte[] mark)
    {
        var start = new byte[mark.Length];
        file.Position = 0;
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
            && start.AsSpan().SequenceEqual(mark);
    }

    private static Dictionary<string, Tensor> OcsTensors(string path)
    {
        using var model = OcsFile.Read(path);
        return model.Parameters.Names.ToDictionary(
            name => name, name => model.Parameters[name].Detach(), StringComparer.Ordinal);
    }

    private static Dictionary<string, Tensor> TorchSharpTensors(string path) => WholeFile.Read(path, file =>
    {
        try
        {
            return new TorchSharpFile(file).Read();
        }
        catch (InvalidDataException error)
        {
            throw new OcsInputException(
                $"{path} cannot be read as TorchSharp's weights ({error.Message.TrimEnd('.')}): "
                + "save the network again with Module.save.",
                error);
        }
    });

    private enum Kind
    {
        Other,
        PyTorch,
        Safetensors,
        Ocs,
        TorchSharp,
    }
}
