namespace Ocs.Cli.Health;

/// <summary>How much a finding matters.</summary>
internal enum FindingState
{
    /// <summary>No problem.</summary>
    Fine,

    /// <summary>Something is missing or slow, but only some commands need it.</summary>
    Note,

    /// <summary>Training does not work until it is fixed.</summary>
    Problem,
}

/// <summary>A finding of <c>ocs doctor</c> about one part.</summary>
/// <param name="Part">The part, in a word or two.</param>
/// <param name="State">How much it matters.</param>
/// <param name="Text">The finding; for a note or a problem also the remedy.</param>
internal sealed record Finding(string Part, FindingState State, string Text)
{
    public static Finding Fine(string part, string text) => new(part, FindingState.Fine, text);

    public static Finding Note(string part, string text) => new(part, FindingState.Note, text);

    public static Finding Problem(string part, string text) => new(part, FindingState.Problem, text);
}
