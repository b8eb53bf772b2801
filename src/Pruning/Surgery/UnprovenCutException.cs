namespace Ocs.Pruning.Surgery;

/// <summary>A cut did not pass its proof, so it was not made; the message says what differs, and where.</summary>
public sealed class UnprovenCutException : Exception
{
    public UnprovenCutException()
        : this("The cut is not proven right.")
    {
    }

    public UnprovenCutException(string message)
        : base(message)
    {
    }

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
