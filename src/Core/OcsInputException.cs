namespace Ocs.Core;

/// <summary>
/// The user's input is at fault; the message says in one sentence what, where, and what to do. Names of properties, methods and values stand
/// in backticks in it.
/// </summary>
public sealed class OcsInputException : Exception
{
    public OcsInputException()
    {
    }

    public OcsInputException(string message)
        : base(message)
    {
    }

    public OcsInputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
