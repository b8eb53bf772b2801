namespace Ocs.Core.Pickles;

/// <summary>
/// The values that operations of a pickle put down and take, and the marks that count off the last ones.
/// </summary>
internal sealed class PickleStack
{
    private readonly List<object?> _values = [];
    private readonly List<int> _marks = [];

    // What lies below the last mark is out of reach.
    private int Floor => _marks.Count > 0 ? _marks[^1] : 0;

    public void Push(object? value) => _values.Add(value);

    public void Mark() => _marks.Add(_values.Count);

    public object? Peek() => _values.Count > Floor ? _values[^1] : throw Underflow();

    public object? Pop()
    {
        var value = Peek();
        _values.RemoveAt(_values.Count - 1);
        return value;
    }

    /// <summary>The last values, in the order in which they were put down.</summary>
    public object?[] Pop(int count)
    {
        if (_values.Count - count < Floor)
        {
            throw Underflow();
        }

        var items = new object?[count];
        _values.CopyTo(_values.Count - count, items, 0, count);
        _values.RemoveRange(_values.Count - count, count);
        return items;
    }

    /// <summary>The values since the last mark, which is removed.</summary>
    public object?[] PopToMark()
    {
        if (_marks.Count == 0)
        {
            throw Underflow();
        }

        var items = Pop(_values.Count - _marks[^1]);
        _marks.RemoveAt(_marks.Count - 1);
        return items;
    }

    /// <summary>The error of a pickle that takes more than there is.</summary>
    public static InvalidDataException Underflow() => new("it takes more values than it put down");
}
