namespace Ocs.Data;

/// <summary>The type of an array's elements by NumPy's code, e.g. <c>u1</c>.</summary>
internal sealed record NumpyType(string Code);
