using System.Diagnostics.CodeAnalysis;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.OnnxRuntime;

namespace Ocs.Cli.Runtimes;

/// <summary>
/// A network as it would be exported, for ONNX Runtime to load: a file in memory, or a temporary folder where one file
/// cannot hold it.
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

    /// <summary>Writes a network, which is not needed any more afterwards.</summary>
    /// <exception cref="OcsInputException">It has no form as ONNX, or there is no room.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "What is returned owns the file or the folder.")]
    public static OnnxCopy Of(Network network)
    {
        var copy = OnnxFile.IsOneFile(network.Graph) ? new OnnxCopy(MemoryFile.Open()) : new(TemporaryFolder());
        try
        {
            if (copy._file is { } file)
            {
                OnnxFile.Write(file, network);
            }
            else
            {
                OnnxFile.Write(copy.Path, network);
            }

            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    /// <summary>Loads it; the session does not need the copy.</summary>
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
                $"{System.IO.Path.GetTempPath()} is no folder that can be written to; set TMPDIR to one.", error);
        }
    }
}
