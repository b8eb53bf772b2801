namespace Ocs.Cli.Health;

/// <summary>How much a finding matters.</summary>
internal enum FindingState
{
    /// <summary>All is as it should be.</summary>
    Fine,

    /// <summary>Something is missing or slow, and some commands alone need it.</summary>
    Note,

    /// <summary>Training does not work before it is mended.</summary>
    Problem,
}

/// <summary>What <c>ocs doctor</c> has found out about one part.</summary>
/// <param name="Part">The part, in a word or two.</param>
/// <param name="State">How much it matters.</param>
/// <param name="Text">What was found; of a note or a problem also what to do.</param>
internal sealed record Finding(string Part, FindingState State, string Text)
{
    public static Finding Fine(string part, string text) => new(part, FindingState.Fine, text);

    public static Finding Note(string part, string text) => new(part, FindingState.Note, text);

    public static Finding Problem(string part, string text) => new(part, FindingState.Problem, text);
}
