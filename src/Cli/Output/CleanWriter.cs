using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Ocs.Cli.Output;

/// <summary>
/// A writer for people. It escapes names from files, so that they cannot control a terminal. If the disk is full, only
/// the shown text is lost. <see cref="WriteLine(string)"/> writes exactly one line, in the command's words; texts of
/// several lines go through Write.
/// </summary>
internal sealed class CleanWriter : TextWriter
{
    [SuppressMessage("Usage", "CA2213", Justification = "The stream is the process's, and stays open.")]
    private readonly TextWriter _inner;

    private CleanWriter(TextWriter inner)
        : base(CultureInfo.InvariantCulture)
    {
        _inner = inner;
        NewLine = "\n";
    }

    /// <summary>Why output was lost; null if none was.</summary>
    public string? Lost { get; private set; }

    /// <summary>Whether anything was written.</summary>
    public bool HasText { get; private set; }

    public override Encoding Encoding => _inner.Encoding;

    /// <summary>Wraps a writer, which is never closed.</summary>
    public static CleanWriter Around(TextWriter inner) => inner as CleanWriter ?? new(inner);

    public override void Write(char value) => Write([value]);

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    public override void Write(string? value) => WriteRaw(CleanText.Of(value ?? ""));

    public override void WriteLine(string? value) => WriteRaw(CleanText.Line(CommandWords.Of(value ?? "")) + NewLine);

    /// <summary>Writes a text with terminal codes, unescaped.</summary>
    public void WriteRaw(string text)
    {
        HasText |= text.Length > 0;
        Try(() => _inner.Write(text));
    }

    public override void Flush() => Try(_inner.Flush);

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (IOException error)
        {
            Lost ??= error.Message.TrimEnd('.');
        }
    }
}
