using System.Diagnostics.CodeAnalysis;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.OnnxRuntime;

namespace Ocs.Cli.Runtimes;

/// <summary>
/// An exported network for ONNX Runtime to load: a file in memory, or a temporary folder if one file cannot hold it.
/// Sizes that the original file leaves free are those that the network was read for.
/// </summary>
internal sealed class OnnxCopy : IDisposable
{
    private readonly FileStream? _file;
    private readonly DirectoryInfo? _folder;

    private OnnxCopy(FileStream file) => _file = file;

    private OnnxCopy(DirectoryInfo folder) => _folder = folder;

    private string Path => _file is not null
        ? MemoryFile.PathOf(_file)
        : System.IO.Path.Combine(_folder!.FullName, "network.onnx");

    /// <summary>Writes a network, which the copy does not need afterwards.</summary>
    /// <exception cref="OcsInputException">It cannot be exported, or there is no room.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "What is returned owns the file or the folder.")]
    public static OnnxCopy Of(Network network)
    {
        var graph = network.Graph.Origin is { } origin
            ? network.Graph with { Origin = origin with { SizesStayFree = false } }
            : network.Graph;
        var copy = OnnxFile.IsOneFile(graph) ? new OnnxCopy(MemoryFile.Open()) : new(TemporaryFolder());
        try
        {
            if (copy._file is { } file)
            {
                OnnxFile.Write(file, graph, network.Parameters);
            }
            else
            {
                OnnxFile.Write(copy.Path, graph, network.Parameters);
            }

            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    /// <summary>Loads it. The session does not need the copy.</summary>
    public InferenceSession Open(int threads) => InferenceSession.Open(Path, threads);

    public void Dispose()
    {
        _file?.Dispose();
        if (_folder is { } folder)
        {
            folder.Delete(recursive: true);
            Unfinished.Remove(folder.FullName);
        }
    }

    private static DirectoryInfo TemporaryFolder()
    {
        try
        {
            var folder = Directory.CreateTempSubdirectory("ocs-onnx-");
            Unfinished.Add(folder.FullName);
            return folder;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OcsInputException(
                $"{System.IO.Path.GetTempPath()} is not a writable folder; set TMPDIR to one.", error);
        }
    }
}
