namespace Ocs.Cli;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    public const int Fine = 0;

    /// <summary>Something failed that the user's input is not to blame for.</summary>
    public const int Failure = 1;

    /// <summary>
    /// The user's input is at fault; one sentence on standard error says what, where, and what to do.
    /// </summary>
    public const int Input = 2;

    /// <summary>
    /// The run has finished, but its network is not fit for use: it has collapsed, or has learnt nothing.
    /// </summary>
    public const int Unfit = 3;

    /// <summary>Stopped by Ctrl-C, as shells report it: 128 + SIGINT. The run's folder is usable.</summary>
    public const int Interrupted = 130;
}
