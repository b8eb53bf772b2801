using System.Diagnostics;
using System.Globalization;
using Ocs.Cli.Output;
using Ocs.Torch;

namespace Ocs.Cli.Runs;

/// <summary>`--processes`: runs this program several times on this machine, as the processes of one run.</summary>
internal static class LocalProcesses
{
    private const string Threads = "OMP_NUM_THREADS";

    // Processes notice the loss of another one, and report it.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Starts the processes with the arguments, and waits. Only rank 0 writes output. If a process fails, its last
    /// output is shown and the others are ended.
    /// </summary>
    public static int Run(int count, IReadOnlyList<string> arguments, CommandConsole console)
    {
        // The rendezvous is a file in this process's memory, which no other user or machine can reach.
        using var store = MemoryFile.Open();
        var path = MemoryFile.PathOf(store);
        using var heed = console.HeedStop();
        var processes = Enumerable.Range(0, count)
            .Select(rank => Start(Rendezvous.OnThisMachine(path, rank, count), arguments)).ToList();
        using var stop = console.Stop.Register(() => processes.ForEach(PassOn));
        try
        {
            return Watch(processes, console).GetAwaiter().GetResult();
        }
        finally
        {
            foreach (var process in processes)
            {
                process.Kill(entireProcessTree: true);
                process.Dispose();
            }
        }
    }

    private static Process Start(Rendezvous rendezvous, IReadOnlyList<string> arguments)
    {
        var program = Environment.ProcessPath!;
        var isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        var start = new ProcessStartInfo(
            program, isHost ? [typeof(LocalProcesses).Assembly.Location, .. arguments] : arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = rendezvous.Rank > 0,
            RedirectStandardError = rendezvous.Rank > 0,
        };
        // Nothing is written to standard input. It closes when this process ends for any reason, and ends the others.
        start.Environment[StopSignals.EndsWithInput] = "1";
        foreach (var (name, value) in rendezvous.ToEnvironment())
        {
            start.Environment[name] = value;
        }

        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Threads)))
        {
            var threads = Math.Max(1, Environment.ProcessorCount / rendezvous.Size);
            start.Environment[Threads] = threads.ToString(CultureInfo.InvariantCulture);
        }

        return Process.Start(start)!;
    }

    private static async Task<int> Watch(List<Process> processes, CommandConsole console)
    {
        var words = processes.Skip(1).Select(process => process.StandardError.ReadToEndAsync()).ToList();
        var ignored = processes.Skip(1).Select(process => process.StandardOutput.ReadToEndAsync()).ToList();
        var exits = processes.Select(process => process.WaitForExitAsync()).ToList();
        var running = new List<Task>(exits);
        while (running.Count > 0)
        {
            var exit = await Task.WhenAny(running);
            running.Remove(exit);
            var rank = exits.IndexOf(exit);
            var code = processes[rank].ExitCode;
            if (code is ExitCode.Fine or ExitCode.Unfit or ExitCode.Interrupted)
            {
                continue;
            }

            if (rank > 0)
            {
                await Task.WhenAny(Task.WhenAll(exits), Task.Delay(Grace));
                var isTold = code == ExitCode.Input && exits[0].IsCompleted && processes[0].ExitCode == code;
                await console.Error.WriteAsync(
                    isTold ? "" : $"{await words[rank - 1]}{Ended(rank, processes.Count, code)}\n");
            }

            return code == ExitCode.Input ? ExitCode.Input : ExitCode.Failure;
        }

        await Task.WhenAll(ignored);
        return processes[0].ExitCode;
    }

    private static string Ended(int rank, int count, int code) =>
        $"Process {rank} of {count} ended with exit code {code}; all were ended.";

    private static void PassOn(Process process)
    {
        if (!process.HasExited)
        {
            // The shell's built-in kill: not every system has a program of that name.
            using var kill = Process.Start(
                "sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -INT {process.Id}")]);
            kill.WaitForExit();
        }
    }
}
