using Ocs.Formats;
using Ocs.Reporting.Html;
using Ocs.Reporting.TensorBoard;
using Ocs.RunLog;
using Ocs.Training.Checkpoints;

namespace Ocs.Training.Runs;

/// <summary>A run's folder: the names of its files, locking, opening and clearing it.</summary>
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

    /// <summary>The numbers of a text's tokens.</summary>
    public const string VocabularyName = "vocabulary.json";

    /// <summary>The names of a detector's or a segmentation's classes, a line each.</summary>
    public const string ClassesName = "classes.txt";

    /// <summary>The folder of the unpruned twin, inside the run's own.</summary>
    public const string TwinName = "twin";

    // The options are removed last: a folder that has them can be resumed, even if little else is left.
    private static readonly string[] Files =
    [
        RunFolder.LogName, RunFolder.SummaryName, RunFolder.ProfileName, RunFolder.SamplesName, ModelName, BestName,
        WholeName, VocabularyName, ClassesName, WeightsName, OnnxName, UncutOnnxName, HtmlReport.FileName,
        EventFile.FileName, RunFolder.ConfigName,
    ];

    /// <summary>The first line of the options of a run that a program began.</summary>
    public const string OwnProgram = "# This run was begun by a program, which goes on with it by TrainingRun.Resume.";

    private RunDirectory(string path) => Path = path;

    public string Path { get; }

    /// <summary>Locks a run's folder for this process, before anything in it is read or changed.</summary>
    /// <param name="path">
    /// The folder. It is created if it does not exist, and removed again with the lock if it is still empty.
    /// </param>
    /// <param name="warn">Receives a warning if the disk does not support locks.</param>
    /// <param name="isNew">Whether a run begins in it, which could begin in another one.</param>
    /// <exception cref="OcsInputException">Another process has locked it.</exception>
    public static FolderLock Lock(string path, Action<string> warn, bool isNew)
    {
        RequireNoFile(path);
        try
        {
            var held = FolderLock.TryTake(path, out var owner) ?? throw new OcsInputException(
                $"The run folder {path} is in use: {owner} has it; wait for its end"
                + (isNew ? ", stop it, or give another folder with `folder`." : " or stop it."));
            if (held.Problem is { } problem)
            {
                warn($"{path} cannot be locked ({problem}): begin no other run in it while this one goes on.");
            }

            return held;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, error);
        }
    }

    /// <summary>
    /// Checks that a folder may be used, without changing it. A folder that is not empty needs
    /// <paramref name="replace"/>.
    /// </summary>
    public static void Check(string path, bool replace)
    {
        RequireNoFile(path);
        if (!Directory.Exists(path) || Directory.EnumerateFileSystemEntries(path).All(IsNothing))
        {
            return;
        }

        if (!replace)
        {
            throw new OcsInputException(new CheckpointFolder(path).Any
                ? $"The run folder {path} holds a run that was stopped; resume it by `TrainingRun.Resume({path})`, "
                    + "give another folder with `folder`, or `replace` to delete that run."
                : $"The run folder {path} exists already; give another one with `folder`, "
                    + "or `replace` to replace the run in it.");
        }

        if (!Files.Any(file => File.Exists(System.IO.Path.Combine(path, file))) && !new CheckpointFolder(path).Any)
        {
            throw new OcsInputException(
                $"The folder {path} holds files but no run, so `replace` does not replace it; "
                + "give another folder with `folder`.");
        }
    }

    /// <summary>Removes the files of an earlier run from a folder that is locked.</summary>
    public static RunDirectory Take(string path, bool replace)
    {
        Check(path, replace);
        try
        {
            var folder = new RunDirectory(path);
            folder.Clear();
            return folder;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, error);
        }
    }

    /// <summary>
    /// Opens the folder of a run to resume. Removes partial files of a killed process and the results of the stopped
    /// run.
    /// </summary>
    public static RunDirectory Reopen(string path)
    {
        try
        {
            AtomicFile.RemoveLeftovers(path);
            File.Delete(System.IO.Path.Combine(path, RunFolder.SummaryName));
            File.Delete(System.IO.Path.Combine(path, HtmlReport.FileName));
            return new(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, error);
        }
    }

    /// <summary>
    /// Refuses a run's folder whose files are links or pipes: it may come from anybody, and their targets do not belong
    /// to the run.
    /// </summary>
    public static void RequireOrdinaryFiles(string path)
    {
        var checkpoints = System.IO.Path.Combine(path, CheckpointFolder.Name);
        var other = new FileInfo(checkpoints).LinkTarget is not null
            ? checkpoints
            : Files.Select(name => System.IO.Path.Combine(path, name)).FirstOrDefault(InputFile.IsNotOrdinary);
        if (other is not null)
        {
            throw new OcsInputException(
                $"{other} is a link or not a regular file, and a run that goes on writes into its own folder alone; "
                + "put the file itself there, or remove it.");
        }
    }

    /// <summary>
    /// Whether a run may be about to begin in a folder: the folder does not exist, or holds only the start of a run.
    /// </summary>
    public static bool AwaitsRun(string path) =>
        !File.Exists(path)
        && (!Directory.Exists(path) || Directory.EnumerateFileSystemEntries(path).All(IsOfBeginning));

    /// <summary>A folder that another process has locked.</summary>
    public static RunDirectory At(string path) => new(path);

    /// <summary>
    /// The name of the ONNX file of a result. A run that was stopped before its cut has no network to deploy yet.
    /// </summary>
    public static string? OnnxNameOf(TrainingResult result) =>
        result.Record is not null ? OnnxName : result.Stopped ? null : UncutOnnxName;

    /// <summary>The checkpoint, without the best headline if the file of the best network is damaged.</summary>
    public Checkpoint WithBest(Checkpoint checkpoint, Action<string> tell)
    {
        try
        {
            if (checkpoint.State.Best is not null)
            {
                OcsFile.Read(PathOf(BestName)).Dispose();
            }

            return checkpoint;
        }
        catch (OcsInputException error)
        {
            tell($"{error.Message.TrimEnd('.')}; the best network is chosen among those to come.");
            return checkpoint with { State = checkpoint.State with { Best = null } };
        }
    }

    /// <summary>The checkpoints in the folder.</summary>
    public CheckpointFolder Checkpoints => new(Path);

    public string PathOf(string file) => System.IO.Path.Combine(Path, file);

    /// <summary>
    /// Removes the files of a run: those of an earlier one, or of one that failed before its first epoch.
    /// </summary>
    public void Clear()
    {
        Checkpoints.Remove();
        foreach (var file in Files)
        {
            File.Delete(PathOf(file));
        }
    }

    private static void RequireNoFile(string path)
    {
        if (File.Exists(path))
        {
            throw new OcsInputException($"The run folder {path} is a file; give `folder` the name of a folder.");
        }
    }

    // The twin of the run, its lock, or partial files of a killed process.
    private static bool IsNothing(string entry) => System.IO.Path.GetFileName(entry) is var name
        && (name is TwinName or FolderLock.FileName
            || (name.StartsWith('.') && name.EndsWith(".tmp", StringComparison.Ordinal)));

    private static bool IsOfBeginning(string entry) =>
        IsNothing(entry) || System.IO.Path.GetFileName(entry) is RunFolder.ConfigName or CheckpointFolder.Name;

    /// <summary>The error for an output that cannot be written.</summary>
    public static OcsInputException Unwritable(string path, Exception error) =>
        new($"{path} cannot be written ({error.Message.TrimEnd('.')}); give a place that can be written to.", error);
}
