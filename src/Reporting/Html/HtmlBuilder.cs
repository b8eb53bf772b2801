using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Ocs.Reporting.Html;

/// <summary>A piece of escaped HTML.</summary>
internal readonly record struct Markup(string Text);

/// <summary>Builds HTML from interpolated strings: literal parts are markup, values are escaped.</summary>
internal sealed class HtmlBuilder
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
    private readonly StringBuilder _text = new();

    /// <summary>The compiler has appended the parts before this runs (see <see cref="Escaping"/>).</summary>
    public HtmlBuilder Add([InterpolatedStringHandlerArgument("")] Escaping markup)
    {
        _ = markup;
        return this;
    }

    public Markup ToMarkup() => new(_text.ToString());

    public override string ToString() => _text.ToString();

    /// <summary>Called by the compiler for each part of an interpolated string.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Escaping
    {
        private readonly StringBuilder _text;

        public Escaping(int literalLength, int formattedCount, HtmlBuilder builder)
        {
            _ = formattedCount;
            _text = builder._text;
            _text.EnsureCapacity(_text.Length + literalLength);
        }

        public void AppendLiteral(string markup) => _text.Append(markup);

        public void AppendFormatted(string? text) => _text.Append(Encoder.Encode(text ?? ""));

        public void AppendFormatted(Markup markup) => _text.Append(markup.Text);

        public void AppendFormatted(long number) => _text.Append(CultureInfo.InvariantCulture, $"{number}");

        /// <summary>A number in a style, such as a width in per cent.</summary>
        public void AppendFormatted(double number) => _text.Append(CultureInfo.InvariantCulture, $"{number:0.###}");
    }
}
