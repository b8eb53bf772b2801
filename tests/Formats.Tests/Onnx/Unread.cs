using Google.Protobuf;
using Onnx;

namespace Ocs.Formats.Tests.Onnx;

/// <summary>Why nodes of a file are not read.</summary>
internal static class Unread
{
    /// <summary>The nodes that are kept as they are, with their reasons; empty where the file is read whole.</summary>
    public static string ReasonsOf(string path)
    {
        using var read = OnnxFile.Read(path);
        return string.Join('\n', read.Graph.Origin!.Kept?.First.Select(node => $"{node}: {node.Reason}") ?? []);
    }

    /// <summary>The same of a message, which is written to a path first.</summary>
    public static string ReasonsOf(ModelProto model, string path)
    {
        File.WriteAllBytes(path, model.ToByteArray());
        return ReasonsOf(path);
    }
}
