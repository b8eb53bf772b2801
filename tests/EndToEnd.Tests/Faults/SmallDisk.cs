using System.Diagnostics;

namespace Ocs.EndToEnd.Tests.Faults;

/// <summary>A small disk in memory, mounted over a folder: for root alone.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _folder;

    public SmallDisk(string folder, string size)
    {
        _folder = folder;
        if (!Run("mount", "-t", "tmpfs", "-o", $"size={size}", "ocs-test", folder))
        {
            throw new InvalidOperationException($"No disk could be mounted over {folder}.");
        }
    }

    /// <summary>Why there can be none; null where there can.</summary>
    public static string? Missing { get; } = Find();

    public void Dispose() => Run("umount", _folder);

    private static string? Find()
    {
        var folder = Directory.CreateTempSubdirectory("ocs-test-").FullName;
        try
        {
            using (new SmallDisk(folder, "1m"))
            {
                return null;
            }
        }
        catch (InvalidOperationException error)
        {
            return error.Message;
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    private static bool Run(string command, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}

/// <summary>Keeps a disk full until it is disposed, whatever others give up of it.</summary>
internal sealed class Filler : IDisposable
{
    private readonly FileStream _stream;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;

    public Filler(string folder)
    {
        _stream = new(
            Path.Combine(folder, "filler"), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0,
            FileOptions.DeleteOnClose);
        _thread = new(Fill);
        _thread.Start();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _stream.Dispose();
        _stop.Dispose();
    }

    private void Fill()
    {
        var page = new byte[4096];
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _stream.Write(page);
            }
            catch (IOException)
            {
                _stop.Token.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(1));
            }
        }
    }
}

/// <summary>A fact that needs the right to mount a small disk; it is skipped without.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TmpfsFactAttribute : FactAttribute
{
    public TmpfsFactAttribute() => Skip = SmallDisk.Missing;
}
