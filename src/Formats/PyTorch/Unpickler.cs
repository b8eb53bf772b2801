using System.Globalization;
using System.Numerics;

namespace Ocs.Formats;

/// <summary>
/// Reads a pickle of protocols 0 to 5 (https://docs.python.org/3/library/pickletools.html) as plain data. Nothing in it is
/// ever imported, called or run: a name of a class or function stays a name.
/// </summary>
/// <remarks>Time and memory are bounded by the number of operations, for each of them makes at most one small value.</remarks>
internal sealed class Unpickler(PickleInput input, Func<PickleGlobal, object?[], object?>? call = null, Func<object?, object?>? persistent = null)
{
    private const int HighestOperations = 2_000_000;
    private const int LongestNumber = 1024;

    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<long, object?> _memo = [];
    private long _operations;

    /// <summary>The next value of the input; throws <see cref="InvalidDataException"/> that says what is wrong.</summary>
    public object? Read()
    {
        while (true)
        {
            Charge(1);
            var opcode = input.Byte();
            if (opcode == '.')
            {
                return Pop();
            }

            if (!Number(opcode) && !Text(opcode) && !Container(opcode) && !Memo(opcode) && !Object(opcode))
            {
                throw new InvalidDataException($"operation 0x{opcode:x2} of its description is not known");
            }
        }
    }

    private bool Number(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'N': Push(null); break;
            case 0x88: Push(true); break;
            case 0x89: Push(false); break;
            case (byte)'J': Push((long)input.Int32()); break;
            case (byte)'K': Push((long)input.Byte()); break;
            case (byte)'M': Push((long)input.UInt16()); break;
            case (byte)'I': Push(Integer(input.Line())); break;
            case (byte)'L': Push(Whole(input.Line().TrimEnd('L'))); break;
            case 0x8a: Push(Whole(input.Byte())); break;
            case 0x8b: Push(Whole(input.Int32())); break;
            case (byte)'F': Push(Real(input.Line())); break;
            case (byte)'G': Push(input.Double()); break;
            default: return false;
        }

        return true;
    }

    private bool Text(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'S': Push(PickleText.Unquote(input.Line())); break;
            case (byte)'V': Push(PickleText.Unescape(input.Line())); break;
            case (byte)'T' or (byte)'X': Push(input.Text(input.Int32())); break;
            case (byte)'U' or 0x8c: Push(input.Text(input.Byte())); break;
            case 0x8d: Push(input.Text(input.Int64())); break;
            case (byte)'B': Push(input.Take(input.Int32())); break;
            case (byte)'C': Push(input.Take(input.Byte())); break;
            case 0x8e or 0x96: Push(input.Take(input.Int64())); break;
            default: return false;
        }

        return true;
    }

    private bool Container(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'(': _marks.Add(_stack.Count); break;
            case (byte)'0': Pop(); break;
            case (byte)'1': PopToMark(); break;
            case (byte)'2': Push(Peek()); break;
            case (byte)')': Push(Array.Empty<object?>()); break;
            case (byte)'t': Push(PopToMark()); break;
            case 0x85 or 0x86 or 0x87: Push(Pop(opcode - 0x84)); break;
            case (byte)']': Push(new List<object?>()); break;
            case (byte)'l': Push(new List<object?>(PopToMark())); break;
            case (byte)'a': Append(Pop(1)); break;
            case (byte)'e': Append(PopToMark()); break;
            case (byte)'}': Push(new PickleDictionary()); break;
            case (byte)'d': MakeDictionary(PopToMark()); break;
            case (byte)'s': SetItems(Pop(2)); break;
            case (byte)'u': SetItems(PopToMark()); break;
            case 0x8f: Push(new PickleSet([])); break;
            case 0x90: Append(PopToMark()); break;
            case 0x91: Push(new PickleSet([.. PopToMark()])); break;
            default: return false;
        }

        return true;
    }

    private bool Memo(byte opcode)
    {
        switch (opcode)
        {
            case 0x80: Protocol(input.Byte()); break;
            case 0x95: input.Int64(); break;
            case (byte)'p': _memo[Index(input.Line())] = Peek(); break;
            case (byte)'q': _memo[input.Byte()] = Peek(); break;
            case (byte)'r': _memo[input.Int32()] = Peek(); break;
            case 0x94: _memo[_memo.Count] = Peek(); break;
            case (byte)'g': Recall(Index(input.Line())); break;
            case (byte)'h': Recall(input.Byte()); break;
            case (byte)'j': Recall(input.Int32()); break;
            default: return false;
        }

        return true;
    }

    private bool Object(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'c': Push(new PickleGlobal(input.Line(), input.Line())); break;
            case 0x93: NameFromStack(Pop(2)); break;
            case (byte)'R' or 0x81: Call(Pop(2)); break;
            case 0x92: Call(Pop(3)[..2]); break;
            case (byte)'i': Push(Make(new PickleGlobal(input.Line(), input.Line()), PopToMark())); break;
            case (byte)'o': CallOfMark(PopToMark()); break;
            case (byte)'b': Build(Pop()); break;
            case (byte)'Q': Push((persistent ?? throw NoPersistent())(Pop())); break;
            default: return false;
        }

        return true;
    }

    private static object Integer(string line) => line switch
    {
        "00" => false,
        "01" => true,
        _ => Whole(line),
    };

    private static object Whole(string digits) =>
        digits.Length <= LongestNumber
        && BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? Narrowed(value)
            : throw new InvalidDataException("a number in it is none");

    private object Whole(int length) => length is >= 0 and <= LongestNumber
        ? Narrowed(new BigInteger(input.Take(length)))
        : throw new InvalidDataException($"a number in it has {length} bytes");

    private static object Narrowed(BigInteger value)
    {
        if (value < long.MinValue || value > long.MaxValue)
        {
            return value;
        }

        return long.CreateChecked(value);
    }

    private static double Real(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
        ? value
        : throw new InvalidDataException("a number in it is none");

    private static long Index(string line) => Whole(line) is long index
        ? index
        : throw new InvalidDataException("it stores a value under a number that is too long");

    private static void Protocol(byte protocol)
    {
        if (protocol > 5)
        {
            throw new InvalidDataException($"its pickle protocol is {protocol}, but those up to 5 are known");
        }
    }

    private void Append(object?[] items)
    {
        switch (Peek())
        {
            case List<object?> list: list.AddRange(items); break;
            case PickleSet set: set.Members.AddRange(items); break;
            case PickleObject: break;
            default: throw new InvalidDataException("it appends to something that is no list");
        }
    }

    private void MakeDictionary(object?[] items)
    {
        Push(new PickleDictionary());
        SetItems(items);
    }

    private void SetItems(object?[] items)
    {
        if (items.Length % 2 != 0 || Peek() is not (PickleDictionary or PickleObject))
        {
            throw new InvalidDataException("it adds entries to something that is no dictionary");
        }

        for (var index = 0; Peek() is PickleDictionary dictionary && index < items.Length; index += 2)
        {
            if (items[index] is string key)
            {
                dictionary.Entries[key] = items[index + 1];
            }
        }
    }

    private void Recall(long index) => Push(_memo.TryGetValue(index, out var value)
        ? value
        : throw new InvalidDataException($"it recalls value {index}, which it never stored"));

    private void NameFromStack(object?[] names) => Push(names is [string module, string name]
        ? new PickleGlobal(module, name)
        : throw new InvalidDataException("a name in it is no text"));

    private void CallOfMark(object?[] items) => Call(items.Length > 0 ? [items[0], items[1..]] : throw Underflow());

    private void Call(object?[] pair)
    {
        if (pair[1] is not object?[] arguments)
        {
            throw new InvalidDataException("it calls something with arguments that are no tuple");
        }

        Push(pair[0] switch
        {
            PickleGlobal global => Make(global, arguments),
            PickleObject made => new PickleObject(made.Class),
            _ => throw new InvalidDataException("it calls something that is neither a class nor a function"),
        });
    }

    // Whoever reads the arguments has work in proportion to their number, and a value can be an argument many times.
    private object? Make(PickleGlobal global, object?[] arguments)
    {
        Charge(arguments.Length);
        Charge(arguments.Sum(argument => argument switch
        {
            List<object?> list => list.Count,
            object?[] tuple => tuple.Length,
            _ => 0L,
        }));
        return call is null ? new PickleObject(global) : call(global, arguments);
    }

    // A dictionary's attributes, a parameter's: nothing that is of interest here.
    private void Build(object? state)
    {
        if (Peek() is PickleObject made)
        {
            made.State = state;
        }
    }

    private void Charge(long operations)
    {
        _operations += operations;
        if (_operations > HighestOperations)
        {
            throw new InvalidDataException($"its description of the tensors takes more than {HighestOperations:N0} steps");
        }
    }

    private void Push(object? value) => _stack.Add(value);

    private object? Peek() => _stack.Count > Floor ? _stack[^1] : throw Underflow();

    private object? Pop()
    {
        var value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] Pop(int count)
    {
        if (_stack.Count - count < Floor)
        {
            throw Underflow();
        }

        var items = _stack.GetRange(_stack.Count - count, count).ToArray();
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    private object?[] PopToMark()
    {
        if (_marks.Count == 0)
        {
            throw Underflow();
        }

        var items = Pop(_stack.Count - _marks[^1]);
        _marks.RemoveAt(_marks.Count - 1);
        return items;
    }

    private int Floor => _marks.Count > 0 ? _marks[^1] : 0;

    private static InvalidDataException Underflow() => new("it takes more values than it put down");

    private static InvalidDataException NoPersistent() => new("it refers to a storage where there is none");
}
