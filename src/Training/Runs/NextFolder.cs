using System.Globalization;
using Ocs.RunLog;
using Ocs.Training.Checkpoints;

namespace Ocs.Training.Runs;

/// <summary>
/// The folder of a run that begins with the cut network of another one. It looks like a run that was stopped there.
/// </summary>
internal static class NextFolder
{
    /// <summary>The name of the folder of a target, such as 0.5.</summary>
    public static string NameOf(double target) => target.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The target that a folder is named after; null of another name.</summary>
    public static double? TargetOf(string folder) =>
        double.TryParse(
            Path.GetFileName(folder), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var target)
        && target is > 0 and < 1 && NameOf(target) == Path.GetFileName(folder)
            ? target
            : null;

    /// <summary>Writes the folder beside that of the run whose network was cut. Its checkpoint comes last.</summary>
    /// <param name="runFolder">The folder of the run whose network was cut.</param>
    /// <param name="checkpoint">The checkpoint that the run begins with.</param>
    /// <param name="run">The state of that run's folder, with the runs to begin.</param>
    /// <exception cref="OcsInputException">The cut left nothing to cut, or the folder is no ordinary one.</exception>
    public static void Write(string runFolder, Checkpoint checkpoint, RunState run)
    {
        var next = run.Next![0];
        var (name, beside) = (NameOf(next.Target), Path.GetDirectoryName(Path.GetFullPath(runFolder))!);
        if (TargetOf(name) is null)
        {
            throw new OcsInputException(
                $"The checkpoint in {runFolder} names a target that is none ({name}); begin the run anew.");
        }

        RequireMore(checkpoint.State.Earlier!, next.Target);
        var folder = RunDirectory.At(Path.Combine(beside, name));
        if (new DirectoryInfo(folder.Path).LinkTarget is not null)
        {
            throw new OcsInputException(
                $"{folder.Path} is a link, and a run writes into its own folder alone; remove it.");
        }

        Directory.CreateDirectory(folder.Path);
        RunDirectory.RequireOrdinaryFiles(folder.Path);
        folder.Clear();
        var log = File.ReadAllBytes(Path.Combine(runFolder, RunFolder.LogName)).AsMemory(0, (int)run.Log.Bytes);
        AtomicFile.Replace(folder.PathOf(RunFolder.LogName), stream => stream.Write(log.Span));
        RunSession.WriteConfig(folder, next.Config);
        var state = run with { Config = next.Config, Next = run.Next.Count > 1 ? [.. run.Next.Skip(1)] : null };
        folder.Checkpoints.Save(kept: 1, stream => checkpoint.Write(stream, state));
    }

    private static void RequireMore(EarlierCut earlier, double target)
    {
        if (1 - earlier.Left >= target)
        {
            throw new OcsInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"The cut before removed {1 - earlier.Left:0.####} of the resource, which is no less than the target "
                + $"{target}; give targets that lie further apart."));
        }
    }
}
