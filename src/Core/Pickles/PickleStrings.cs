namespace Ocs.Core.Pickles;

/// <summary>
/// How the strings of Python 2 (operations U and T) are read. Python 2 has one type for text and for bytes, so whoever
/// reads a pickle has to know which it holds; Python's own reader asks for an <c>encoding</c>.
/// </summary>
internal enum PickleStrings
{
    /// <summary>As text in UTF-8.</summary>
    Text,

    /// <summary>As bytes, unchanged. Keys of dictionaries are text all the same, in Latin-1.</summary>
    Bytes,
}
