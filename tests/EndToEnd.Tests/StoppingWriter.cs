using System.Globalization;

namespace Ocs.EndToEnd.Tests;

/// <summary>Asks for a stop when a line begins with a text.</summary>
internal sealed class StoppingWriter(CancellationTokenSource stop, string at)
    : StringWriter(CultureInfo.InvariantCulture)
{
    public override void Write(string? value)
    {
        base.Write(value);
        if (value?.StartsWith(at, StringComparison.Ordinal) == true)
        {
            stop.Cancel();
        }
    }
}
