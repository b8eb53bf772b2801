namespace Ocs.Cli;

/// <summary>Exit codes of the process.</summary>
internal static class ExitCode
{
    public const int Fine = 0;

    /// <summary>A failure that the user's input did not cause.</summary>
    public const int Failure = 1;

    /// <summary>
    /// An error in the user's input. One sentence on standard error says what, where, and what to do.
    /// </summary>
    public const int Input = 2;

    /// <summary>The run has finished, but its network is unusable: it collapsed or learnt nothing.</summary>
    public const int Unfit = 3;

    /// <summary>Stopped by Ctrl-C: 128 + SIGINT, as in shells. The run's folder is usable.</summary>
    public const int Interrupted = 130;
}
