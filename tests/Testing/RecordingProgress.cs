namespace Ocs.Testing;

/// <summary>Keeps what is reported at once, where Progress&lt;T&gt; would post it.</summary>
/// <param name="react">What is done with each report; null for nothing.</param>
public sealed class RecordingProgress<T>(Action<T>? react = null) : IProgress<T>
{
    public List<T> Reports { get; } = [];

    public void Report(T value)
    {
        Reports.Add(value);
        react?.Invoke(value);
    }
}
