namespace Ocs.Core;

/// <summary>
/// The user's input is at fault; the message says in one sentence what, where, and what to do. Names of properties,
/// methods and values stand in backticks in it.
/// </summary>
public sealed class OcsInputException : Exception
{
    /// <summary>An error without a sentence.</summary>
    public OcsInputException()
    {
    }

    /// <summary>An error with its sentence.</summary>
    public OcsInputException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its sentence, and what led to it.</summary>
    public OcsInputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
