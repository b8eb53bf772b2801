namespace Ocs.Core;

/// <summary>
/// An error in the user's input. The message says in one sentence what is wrong, where, and what to do. Names of
/// properties, methods and values are in backticks.
/// </summary>
public sealed class OcsInputException : Exception
{
    /// <summary>An error without a message.</summary>
    public OcsInputException()
    {
    }

    /// <summary>An error with a message.</summary>
    public OcsInputException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and its cause.</summary>
    public OcsInputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
