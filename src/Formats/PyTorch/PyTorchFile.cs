using System.Globalization;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>
/// Named tensors in PyTorch files (.pth, .pt, .th): a state dict, a checkpoint with one, or a pickled module. Reading
/// never runs code from the file.
/// </summary>
public static class PyTorchFile
{
    private static ReadOnlySpan<byte> ZipMagic => "PK"u8;

    /// <summary>
    /// Reads the tensors of a file by name: on the CPU, row-major, each with its own memory. The caller owns them.
    /// </summary>
    public static IReadOnlyDictionary<string, Tensor> Read(string path) => Read(path, key: null).Tensors;

    /// <summary>Reads the tensors under a key of a checkpoint; null tries the usual keys.</summary>
    public static NamedTensors Read(string path, string? key) => WholeFile.Read(path, file =>
    {
        try
        {
            using var archive = Open(file);
            var found = StateDict.Of(archive.Root, key);
            return new NamedTensors(TorchTensors.Read(archive, found.Tensors), found.Key, found.OtherKeys);
        }
        catch (InvalidDataException error)
        {
            throw new OcsInputException(
                $"{path} cannot be read as PyTorch weights ({error.Message.TrimEnd('.')}): "
                + "get the file again, "
                    + "or save the network's state_dict() with torch.save.",
                error);
        }
    });

    /// <summary>
    /// Writes every parameter and buffer under its own name, for <c>torch.load</c> with or without weights_only.
    /// </summary>
    public static void Write(string path, ParameterTable parameters) =>
        Write(path, [.. parameters.Names.Select(name => KeyValuePair.Create(name, parameters[name]))]);

    /// <summary>
    /// Writes an ordered dictionary of tensors. An existing file is replaced only when the new one is complete.
    /// </summary>
    public static void Write(
        string path, IReadOnlyList<KeyValuePair<string, Tensor>> tensors) => WholeFile.Write(path, stream =>
        {
            using var zip = new TorchZipWriter(stream);
            zip.Add(TorchZip.Description, StateDictPickle.Of(tensors));
            zip.Add("byteorder", "little"u8);
            for (var index = 0; index < tensors.Count; index++)
            {
                zip.Add(string.Create(CultureInfo.InvariantCulture, $"data/{index}"), tensors[index].Value);
            }

            zip.Add("version", "3\n"u8);
        });

    private static ITorchArchive Open(FileStream file)
    {
        Span<byte> start = stackalloc byte[ZipMagic.Length];
        var isZip = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
            && start.SequenceEqual(ZipMagic);
        file.Position = 0;
        return isZip ? new TorchZip(file) : new TorchLegacy(file);
    }
}
