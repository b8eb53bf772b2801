using System.Buffers.Binary;
using System.Text;

namespace Ocs.Data;

/// <summary>
/// Reads the few kinds of pickled values in CIFAR's python files: dictionaries, lists, tuples, strings, integers and
/// NumPy byte arrays. Nothing is ever executed: a class or function is a name, and an unknown one is refused.
/// </summary>
/// <remarks>
/// Opcodes: Python's Lib/pickletools.py. A byte string is a <see cref="ReadOnlyMemory{T}"/>, a tuple an object array,
/// an integer a <see cref="long"/>; keys of dictionaries become strings. All failures are
/// <see cref="InvalidDataException"/>.
/// </remarks>
internal sealed class PickleReader
{
    private static readonly object Mark = new();

    private readonly ReadOnlyMemory<byte> _content;
    private readonly List<object?> _stack = [];
    private readonly Dictionary<int, object?> _memo = [];
    private int _position;

    private PickleReader(ReadOnlyMemory<byte> content) => _content = content;

    private enum Callable
    {
        ArrayType,
        ArrayConstructor,
        TypeConstructor,
        Encoder,
    }

    public static object? Read(ReadOnlyMemory<byte> content) => new PickleReader(content).Run();

    private object? Run()
    {
        while (true)
        {
            int at = _position;
            byte opcode = Byte();
            switch (opcode)
            {
                case (byte)'.': return Pop();
                case 0x80: Byte(); break; // PROTO
                case 0x95: Take(8); break; // FRAME
                case (byte)'(': _stack.Add(Mark); break;
                case (byte)'}': _stack.Add(new Dictionary<string, object?>()); break;
                case (byte)']': _stack.Add(new List<object?>()); break;
                case (byte)')': _stack.Add(Array.Empty<object?>()); break;
                case (byte)'t': _stack.Add(PopToMark()); break;
                case 0x85: _stack.Add(Pop(1)); break;
                case 0x86: _stack.Add(Pop(2)); break;
                case 0x87: _stack.Add(Pop(3)); break;
                case (byte)'s': SetItems(Pop(2)); break;
                case (byte)'u': SetItems(PopToMark()); break;
                case (byte)'a': Append(Pop(1)); break;
                case (byte)'e': Append(PopToMark()); break;
                case (byte)'N': _stack.Add(null); break;
                case 0x88: _stack.Add(true); break;
                case 0x89: _stack.Add(false); break;
                case (byte)'J': _stack.Add((long)Int32()); break;
                case (byte)'K': _stack.Add((long)Byte()); break;
                case (byte)'M': _stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2).Span)); break;
                case (byte)'U' or (byte)'C': _stack.Add(Take(Byte())); break;
                case (byte)'T' or (byte)'B': _stack.Add(Take(Int32())); break;
                case 0x8c: _stack.Add(Utf8(Take(Byte()))); break;
                case (byte)'X': _stack.Add(Utf8(Take(Int32()))); break;
                case (byte)'q': _memo[Byte()] = Peek(); break;
                case (byte)'r': _memo[Int32()] = Peek(); break;
                case 0x94: _memo[_memo.Count] = Peek(); break;
                case (byte)'h': Recall(Byte()); break;
                case (byte)'j': Recall(Int32()); break;
                case (byte)'c': _stack.Add(Resolve($"{Line()} {Line()}")); break;
                case 0x93: _stack.Add(Resolve(string.Join(' ', Pop(2).Select(Text)))); break;
                case (byte)'R': Reduce(); break;
                case (byte)'b': Build(); break;
                default:
                    throw new InvalidDataException($"opcode 0x{opcode:x2} at byte {at} is not allowed in a data file");
            }
        }
    }

    private static Callable Resolve(string name) => name switch
    {
        "numpy ndarray" => Callable.ArrayType,
        "numpy dtype" => Callable.TypeConstructor,
        "numpy.core.multiarray _reconstruct" or "numpy._core.multiarray _reconstruct" => Callable.ArrayConstructor,
        "_codecs encode" => Callable.Encoder,
        _ => throw new InvalidDataException($"it names `{name}`, which has no place in a data file"),
    };

    /// <summary>
    /// The three calls that rebuild an array: an empty one, its element type, and bytes spelled as Latin-1 text.
    /// </summary>
    private void Reduce()
    {
        object?[] call = Pop(2);
        _stack.Add(call switch
        {
            [Callable.ArrayConstructor, object?[] and [Callable.ArrayType, ..]] => new NumpyArray(),
            [Callable.TypeConstructor, object?[] and [{ } type, ..]] => new ElementType(Text(type)),
            [Callable.Encoder, object?[] and [string text, { } encoding]] when Text(encoding) == "latin1"
                => Latin1(text),
            _ => throw new InvalidDataException("it calls something that is not part of a NumPy array"),
        });
    }

    private void Build()
    {
        object?[] pair = Pop(2);
        switch (pair)
        {
            case [ElementType type, object?[]]:
                _stack.Add(type);
                break;
            case [NumpyArray array, object?[] and [long, object?[] shape, ElementType type, bool columnMajor,
                ReadOnlyMemory<byte> elements]]
                when shape.All(size => size is long):
                array.Shape = [.. shape.Cast<long>()];
                array.Type = type.Code;
                array.ColumnMajor = columnMajor;
                array.Elements = elements;
                _stack.Add(array);
                break;
            default:
                throw new InvalidDataException("it sets the state of something that is not a NumPy array of bytes");
        }
    }

    private void SetItems(object?[] items)
    {
        if (Peek() is not Dictionary<string, object?> dictionary || items.Length % 2 != 0)
        {
            throw new InvalidDataException("it adds entries to something that is not a dictionary");
        }

        for (int i = 0; i < items.Length; i += 2)
        {
            dictionary[Text(items[i])] = items[i + 1];
        }
    }

    private void Append(object?[] items)
    {
        if (Peek() is not List<object?> list)
        {
            throw new InvalidDataException("it appends to something that is not a list");
        }

        list.AddRange(items);
    }

    private void Recall(int slot) =>
        _stack.Add(_memo.TryGetValue(slot, out object? value)
            ? value
            : throw new InvalidDataException($"it recalls value {slot}, which it never stored"));

    private object? Peek() => _stack.Count > 0 ? _stack[^1] : throw Underflow();

    private object? Pop() => Pop(1)[0];

    private object?[] Pop(int count)
    {
        if (_stack.Count < count)
        {
            throw Underflow();
        }

        object?[] items = [.. _stack[^count..]];
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    private object?[] PopToMark()
    {
        int mark = _stack.LastIndexOf(Mark);
        if (mark < 0)
        {
            throw Underflow();
        }

        object?[] items = Pop(_stack.Count - mark - 1);
        _stack.RemoveAt(mark);
        return items;
    }

    private byte Byte() => Take(1).Span[0];

    private int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4).Span);

    private ReadOnlyMemory<byte> Take(int length)
    {
        if (length < 0 || length > _content.Length - _position)
        {
            throw new InvalidDataException($"it ends at byte {_content.Length} in the middle of a value");
        }

        ReadOnlyMemory<byte> taken = _content.Slice(_position, length);
        _position += length;
        return taken;
    }

    private string Line()
    {
        int end = _content.Span[_position..].IndexOf((byte)'\n');
        if (end is < 0 or > 100)
        {
            throw new InvalidDataException($"the name at byte {_position} has no end");
        }

        string line = Encoding.Latin1.GetString(Take(end).Span);
        Take(1);
        return line;
    }

    private static string Text(object? value) => value switch
    {
        string text => text,
        ReadOnlyMemory<byte> bytes => Encoding.Latin1.GetString(bytes.Span),
        _ => throw new InvalidDataException("a name in it is not text"),
    };

    private static string Utf8(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static ReadOnlyMemory<byte> Latin1(string text) => !text.AsSpan().ContainsAnyExceptInRange('\0', '\u00ff')
        ? Encoding.Latin1.GetBytes(text)
        : throw new InvalidDataException("its bytes are not spelled in Latin-1");

    private static InvalidDataException Underflow() => new("it takes more values than it put down");

    private sealed record ElementType(string Code);
}
