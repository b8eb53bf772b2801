using Ocs.Reporting.Html;
using Ocs.Reporting.TensorBoard;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Checkpoints;

namespace Ocs.Cli.Runs;

/// <summary>A run's folder: the names of its files, and taking it into use.</summary>
internal sealed class RunDirectory
{
    public const string ModelName = "model.ocs";
    public const string BestName = "best.ocs";

    /// <summary>The whole network as it was before the cut; removed when the cut network is trained.</summary>
    public const string WholeName = "whole.ocs";

    public const string WeightsName = "model.safetensors";
    public const string OnnxName = "pruned.onnx";

    /// <summary>The network of a run that cuts nothing.</summary>
    public const string UncutOnnxName = "model.onnx";

    /// <summary>The folder of the unpruned twin, inside the run's own.</summary>
    public const string TwinName = "twin";

    // The options go last: a folder in which they are is one to go on with, however little else of it there is.
    private static readonly string[] Files =
    [
        RunFolder.LogName, RunFolder.SummaryName, RunFolder.ProfileName, ModelName, BestName, WholeName, WeightsName, OnnxName, UncutOnnxName,
        HtmlReport.FileName, EventFile.FileName, RunFolder.ConfigName,
    ];

    private readonly bool _isNew;

    private RunDirectory(string path, bool isNew)
    {
        Path = path;
        _isNew = isNew;
    }

    public string Path { get; }

    /// <summary>Looks whether a folder may be used, and changes nothing: a folder with anything in it needs <paramref name="force"/>.</summary>
    public static void Check(string path, bool force)
    {
        if (File.Exists(path))
        {
            throw new OcsInputException($"The run folder {path} is a file; give --out the name of a folder.");
        }

        if (!Directory.Exists(path) || Directory.EnumerateFileSystemEntries(path).All(IsNothing))
        {
            return;
        }

        if (!force)
        {
            throw new OcsInputException($"The run folder {path} exists already; give another one with --out, or --force to replace the run in it.");
        }

        if (!Files.Any(file => File.Exists(System.IO.Path.Combine(path, file))) && !new CheckpointFolder(path).Any)
        {
            throw new OcsInputException($"The folder {path} holds files but no run, so --force does not replace it; give another folder with --out.");
        }
    }

    /// <summary>Makes the folder, and removes the files of an earlier run from it.</summary>
    public static RunDirectory Take(string path, bool force)
    {
        Check(path, force);
        var isNew = !Directory.Exists(path);
        try
        {
            Directory.CreateDirectory(path);
            var folder = new RunDirectory(path, isNew);
            folder.Clear();
            return folder;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, error);
        }
    }

    /// <summary>Takes the folder of a run that goes on: what a killed writer has left goes, and so does what says that the run was stopped.</summary>
    public static RunDirectory Reopen(string path)
    {
        try
        {
            AtomicFile.RemoveLeftovers(path);
            File.Delete(System.IO.Path.Combine(path, RunFolder.SummaryName));
            File.Delete(System.IO.Path.Combine(path, HtmlReport.FileName));
            return new(path, isNew: false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, error);
        }
    }

    /// <summary>The checkpoints in the folder.</summary>
    public CheckpointFolder Checkpoints => new(Path);

    public string PathOf(string file) => System.IO.Path.Combine(Path, file);

    /// <summary>Removes what a run has written that ended before it began.</summary>
    public void Abandon()
    {
        Clear();
        if (_isNew && !Directory.EnumerateFileSystemEntries(Path).Any())
        {
            Directory.Delete(Path);
        }
    }

    private void Clear()
    {
        Checkpoints.Remove();
        foreach (var file in Files)
        {
            File.Delete(PathOf(file));
        }
    }

    // The twin of the run, or what a killed writer has left.
    private static bool IsNothing(string entry) =>
        System.IO.Path.GetFileName(entry) is var name && (name == TwinName || (name.StartsWith('.') && name.EndsWith(".tmp", StringComparison.Ordinal)));

    /// <summary>The error for an output that cannot be written.</summary>
    public static OcsInputException Unwritable(string path, Exception error) =>
        new($"{path} cannot be written ({error.Message.TrimEnd('.')}); give a place that can be written to.", error);
}
