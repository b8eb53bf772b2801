using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Ocs.Cli.Output;

/// <summary>
/// Ctrl-C, SIGTERM and SIGHUP, and the end of the parent process. Code with work to save heeds them and stops by the
/// token. Without such code the first signal ends the process at once; the second one always does.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>
    /// Set to 1 for a process that ends with its standard input, which closes when the parent process ends.
    /// </summary>
    public const string EndsWithInput = "OCS_ENDS_WITH_INPUT";

    // Ctrl-C reaches each of several processes twice: from the terminal, and from the parent process.
    private const int SameSignalMilliseconds = 1000;
    private static readonly TimeSpan TimeToTidy = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan TimeToSave = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Action, bool> _last = new();
    private readonly PosixSignalRegistration[] _registrations;
    private long _stopped;
    private int _heeding;

    public StopSignals()
    {
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        _registrations = Array.ConvertAll(
            signals, signal => PosixSignalRegistration.Create(signal, context => context.Cancel = Stop()));
        if (Environment.GetEnvironmentVariable(EndsWithInput) == "1")
        {
            new Thread(EndWithInput) { IsBackground = true }.Start();
        }
    }

    /// <summary>Set by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Until the result is disposed, a signal only sets the token.</summary>
    public IDisposable Heed()
    {
        Interlocked.Increment(ref _heeding);
        return new Heeding(this);
    }

    /// <summary>
    /// Until the result is disposed, an action runs before a signal ends the process at once, such as clearing live
    /// rows.
    /// </summary>
    public IDisposable BeforeEnd(Action action)
    {
        _last[action] = true;
        return new Listed(() => _last.TryRemove(action, out _));
    }

    public void Dispose()
    {
        Array.ForEach(_registrations, registration => registration.Dispose());
        _stop.Dispose();
    }

    // Whether the process continues for now.
    private bool Stop()
    {
        var isFirst = !_stop.IsCancellationRequested
            || Stopwatch.GetElapsedTime(_stopped).TotalMilliseconds < SameSignalMilliseconds;
        if (!_stop.IsCancellationRequested)
        {
            _stopped = Stopwatch.GetTimestamp();
            _stop.Cancel();
        }

        if (isFirst && Volatile.Read(ref _heeding) > 0)
        {
            return true;
        }

        // A blocked terminal must not keep the process alive.
        _ = Task.WaitAll([.. _last.Keys.Select(Task.Run)], TimeToTidy);
        Unfinished.Discard();
        return false;
    }

    private void EndWithInput()
    {
        using var input = Console.OpenStandardInput();
        var nothing = new byte[1];
        while (input.Read(nothing) > 0)
        {
        }

        if (Stop())
        {
            using var never = new ManualResetEvent(false);
            never.WaitOne(TimeToSave);
            Unfinished.Discard();
        }

        using var process = Process.GetCurrentProcess();
        process.Kill();
    }

    private sealed class Listed(Action end) : IDisposable
    {
        public void Dispose() => end();
    }

    private sealed class Heeding(StopSignals signals) : IDisposable
    {
        private int _isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
            {
                Interlocked.Decrement(ref signals._heeding);
            }
        }
    }
}
