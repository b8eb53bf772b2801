namespace Ocs.Data;

/// <summary>What a token of a text is.</summary>
public enum TextUnit
{
    /// <summary>A character: a Unicode code point of a text in UTF-8.</summary>
    Character,

    /// <summary>A byte of a file of any kind.</summary>
    Byte,
}
