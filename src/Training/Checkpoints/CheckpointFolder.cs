using System.Globalization;

namespace Ocs.Training.Checkpoints;

/// <summary>The checkpoints of a run: the last few, each whole or not there.</summary>
/// <param name="runFolder">The run's folder.</param>
internal sealed class CheckpointFolder(string runFolder)
{
    /// <summary>The name of the folder inside the run's.</summary>
    public const string Name = "checkpoints";

    private const string Extension = ".safetensors";
    private readonly string _folder = Path.Combine(runFolder, Name);
    private readonly HashSet<int> _damaged = [];

    /// <summary>Whether there is any.</summary>
    public bool Any => Numbers().Length > 0;

    /// <summary>
    /// Writes the next checkpoint, and then removes the oldest. If writing fails, no checkpoint is lost.
    /// </summary>
    /// <param name="kept">How many are kept, including this one.</param>
    /// <param name="write">Writes its bytes.</param>
    /// <exception cref="IOException">The disk is full, for example.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public void Save(int kept, Action<Stream> write)
    {
        Directory.CreateDirectory(_folder);
        AtomicFile.RemoveLeftovers(_folder);
        var next = Numbers().LastOrDefault() + 1;
        AtomicFile.Replace(PathOf(next), write);
        var whole = Numbers().Where(number => !_damaged.Contains(number)).TakeLast(kept).ToHashSet();
        foreach (var old in Numbers().Where(number => !whole.Contains(number)))
        {
            File.Delete(PathOf(old));
        }
    }

    /// <summary>Reads the newest checkpoint that is whole; the caller owns its tensors.</summary>
    /// <returns>The checkpoint, and a warning if newer ones were damaged.</returns>
    /// <exception cref="OcsInputException">There is none, or none is whole.</exception>
    public (Checkpoint Checkpoint, RunState Run, string? Notice) ReadNewest()
    {
        OcsInputException? newest = null;
        foreach (var number in Numbers().Reverse())
        {
            try
            {
                if (InputFile.IsNotOrdinary(PathOf(number)))
                {
                    throw new OcsInputException($"{PathOf(number)} is not a regular file");
                }

                var (checkpoint, run) = Checkpoint.Read(PathOf(number));
                return (
                    checkpoint, run,
                    newest is null ? null : $"{newest.Message.TrimEnd('.')}; the one before it is taken.");
            }
            catch (OcsInputException error)
            {
                newest ??= error;
                _damaged.Add(number);
            }
        }

        throw newest is null
            ? new OcsInputException($"{runFolder} holds no checkpoint to resume from; "
                + "give the folder of a run that was stopped, or begin anew.")
            : new OcsInputException($"No checkpoint in {_folder} is whole, so the run has to begin anew "
                + $"({newest.Message.TrimEnd('.')}).", newest);
    }

    /// <summary>Removes all checkpoints, when the run is complete.</summary>
    public void Remove()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private string PathOf(int number) =>
        Path.Combine(_folder, number.ToString("000000", CultureInfo.InvariantCulture) + Extension);

    private int[] Numbers() => !Directory.Exists(_folder)
        ? []
        :
        [
            .. Directory.EnumerateFiles(_folder, "*" + Extension)
                .Select(NumberOf)
                .Where(number => number > 0 && File.Exists(PathOf(number)))
                .Order(),
        ];

    private static int NumberOf(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        return int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }
}
