using System.Security.Cryptography;
using System.Text.Json;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>
/// The file of a checkpoint, in the safetensors format. Texts are stored as tensors of bytes. The last 32 bytes, the
/// tensor `sha256`, are the check sum of all bytes before them. See docs/formats.md for the layout.
/// </summary>
internal static class CheckpointFile
{
    private const string StateName = "state";
    private const string OriginalName = "original";
    private const string CutName = "cut";
    private const string WholeName = "whole";
    private const string CheckSumName = "sha256";
    private const string Remedy = "the run continues from another checkpoint, or starts again";

    /// <summary>Writes a checkpoint. Does not catch the stream's exceptions.</summary>
    public static void Write(Stream stream, CheckpointContent content)
    {
        List<KeyValuePair<string, Tensor>> texts =
            [Text(StateName, content.State.AsSpan()), Text(OriginalName, JsonOf(content.Original))];
        try
        {
            if (content.Cut is { } cut)
            {
                texts.Add(Text(CutName, JsonOf(cut)));
            }

            if (content.Whole is { } whole)
            {
                texts.Add(Text(WholeName, JsonOf(whole)));
            }

            // The format sorts tensors of bytes last; the check sum is the last of them.
            texts.Add(Text(CheckSumName, new byte[SHA256.HashSizeInBytes]));
            Write(stream, SafetensorsFile.Ordered([.. content.Tensors, .. texts]));
        }
        finally
        {
            texts.ForEach(text => text.Value.Dispose());
        }
    }

    /// <summary>
    /// Reads a checkpoint; the caller owns the tensors. Any fault is an <see cref="OcsInputException"/>.
    /// </summary>
    public static CheckpointContent Read(string path) => WholeFile.Read<CheckpointContent>(path, stream =>
    {
        if (stream.Length < SHA256.HashSizeInBytes || !CheckSum.IsRight(stream))
        {
            throw new OcsInputException(
                $"{path} does not match its check sum, so it is damaged: {Remedy}.");
        }

        stream.Position = 0;
        var tensors = new Dictionary<string, Tensor>(
            new SafetensorsReader(path, stream).Read(), StringComparer.Ordinal);
        try
        {
            _ = Take(path, tensors, CheckSumName);
            var state = Take(path, tensors, StateName) ?? throw Error(path, "holds no state");
            var original = Take(path, tensors, OriginalName) ?? throw Error(path, "holds no network");
            var cut = Take(path, tensors, CutName);
            var whole = Take(path, tensors, WholeName);
            return new([.. state], ReadGraph(path, original), cut is null ? null : ReadGraph(path, cut), tensors)
            {
                Whole = whole is null ? null : ReadGraph(path, whole),
            };
        }
        catch
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }

            throw;
        }
    });

    private static void Write(Stream stream, List<KeyValuePair<string, Tensor>> ordered)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        SafetensorsFile.Write(ordered, metadata: null, includeLast: false, bytes =>
        {
            hash.AppendData(bytes);
            stream.Write(bytes);
        });
        stream.Write(hash.GetHashAndReset());
    }

    private static KeyValuePair<string, Tensor> Text(string name, ReadOnlySpan<byte> bytes) =>
        KeyValuePair.Create(name, Tensor.FromArray(bytes, [bytes.Length]));

    private static byte[] JsonOf(Graph graph)
    {
        GraphJson.RequireNames(graph);
        return JsonSerializer.SerializeToUtf8Bytes(graph, GraphJson.Of<Graph>());
    }

    private static byte[]? Take(string path, Dictionary<string, Tensor> tensors, string name)
    {
        if (!tensors.Remove(name, out var tensor))
        {
            return null;
        }

        using (tensor)
        {
            return tensor.DType == DType.UInt8
                ? tensor.ToArray<byte>()
                : throw Error(path, $"holds '{name}' not as bytes");
        }
    }

    private static Graph ReadGraph(string path, byte[] json)
    {
        try
        {
            var graph = JsonSerializer.Deserialize(json, GraphJson.Of<Graph>());
            if (graph is null || !OcsReader.IsWhole(graph))
            {
                throw Error(path, "holds an incomplete network");
            }

            GraphVerifier.Verify(graph);
            return OlderNetworks.WithFunctions(graph);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or ArgumentException
            or OcsInputException or ArithmeticException or IndexOutOfRangeException)
        {
            var first = error.Message.Split('\n')[0].TrimEnd('.');
            throw GraphJson.UnknownOperator(json) is { } what
                ? new OcsInputException($"{path} {what}.", error)
                : Error(path, $"holds an invalid network ({first})", error);
        }
    }

    private static OcsInputException Error(string path, string what, Exception? inner = null) =>
        new($"{path} {what}: {Remedy}.", inner!);
}
