namespace Ocs.Pruning.Surgery;

/// <summary>A cut did not pass its proof, so it was not made. The message says what differs, and where.</summary>
public sealed class UnprovenCutException : Exception
{
    /// <summary>Without what differs.</summary>
    public UnprovenCutException()
        : this("The cut is not proven right.")
    {
    }

    /// <summary>With what differs.</summary>
    /// <param name="message">What differs, and where.</param>
    public UnprovenCutException(string message)
        : base(message)
    {
    }

    /// <summary>With what differs, and why.</summary>
    /// <param name="message">What differs, and where.</param>
    /// <param name="innerException">The cause.</param>
    public UnprovenCutException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal UnprovenCutException(GateResult gate)
        : base(gate.Problem)
        => Gate = gate;

    /// <summary>What the proof found.</summary>
    public GateResult? Gate { get; }
}
