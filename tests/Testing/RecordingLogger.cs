using Microsoft.Extensions.Logging;

namespace Ocs.Testing;

/// <summary>One message that was logged.</summary>
/// <param name="Id">The number of the event.</param>
/// <param name="Level">How much it matters.</param>
/// <param name="Text">The message as people read it.</param>
/// <param name="Values">Its values by their names.</param>
/// <param name="Error">The exception that belongs to it; null for none.</param>
public sealed record LoggedEvent(
    int Id, LogLevel Level, string Text, IReadOnlyDictionary<string, object?> Values, Exception? Error);

/// <summary>Keeps what is logged, from any number of threads.</summary>
public sealed class RecordingLogger : ILogger
{
    private readonly Lock _lock = new();

    public List<LoggedEvent> Events { get; } = [];

    public IEnumerable<int> Ids => Events.Select(logged => logged.Id);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        var values = ((IReadOnlyList<KeyValuePair<string, object?>>)state!).ToDictionary(
            pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        lock (_lock)
        {
            Events.Add(new(eventId.Id, logLevel, formatter(state, exception), values, exception));
        }
    }
}
