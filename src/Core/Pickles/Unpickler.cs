namespace Ocs.Core.Pickles;

/// <summary>
/// Reads a pickle of protocols 0 to 5 (https://docs.python.org/3/library/pickletools.html) as plain data. Nothing in it
/// is ever imported, called or run: a name of a class or function stays a name.
/// </summary>
/// <remarks>
/// Time and memory are bounded by the number of operations: each of them makes at most one small value, or one as long
/// as the bytes that it takes from the input. A tuple is an array of objects, a list a <see cref="List{T}"/>, bytes are
/// a <see cref="ReadOnlyMemory{T}"/>.
/// </remarks>
/// <param name="input">The bytes.</param>
/// <param name="call">What a class or function gives for arguments; by default a <see cref="PickleObject"/>.</param>
/// <param name="persistent">What a persistent id stands for; by default there may be none.</param>
/// <param name="strings">How strings of Python 2 are read.</param>
internal sealed class Unpickler(
    PickleInput input,
    Func<PickleGlobal, object?[], object?>? call = null,
    Func<object?, object?>? persistent = null,
    PickleStrings strings = PickleStrings.Text)
{
    private const int HighestOperations = 2_000_000;

    private readonly PickleScalars _scalars = new(input, strings);
    private readonly PickleStack _stack = new();
    private readonly Dictionary<long, object?> _memo = [];
    private long _operations;

    /// <summary>
    /// The next value of the input; throws <see cref="InvalidDataException"/> that says what is wrong.
    /// </summary>
    public object? Read()
    {
        while (true)
        {
            Charge(1);
            var opcode = input.Byte();
            if (opcode == '.')
            {
                return _stack.Pop();
            }

            if (!Scalar(opcode) && !Container(opcode) && !Memo(opcode) && !Object(opcode))
            {
                throw new InvalidDataException($"operation 0x{opcode:x2} of its pickle is not known");
            }
        }
    }

    private bool Scalar(byte opcode)
    {
        var isScalar = _scalars.TryRead(opcode, out var value);
        if (isScalar)
        {
            Push(value);
        }

        return isScalar;
    }

    private bool Container(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'(': _stack.Mark(); break;
            case (byte)'0': _stack.Pop(); break;
            case (byte)'1': _stack.PopToMark(); break;
            case (byte)'2': Push(_stack.Peek()); break;
            case (byte)')': Push(Array.Empty<object?>()); break;
            case (byte)'t': Push(_stack.PopToMark()); break;
            case 0x85 or 0x86 or 0x87: Push(_stack.Pop(opcode - 0x84)); break;
            case (byte)']': Push(new List<object?>()); break;
            case (byte)'l': Push(new List<object?>(_stack.PopToMark())); break;
            case (byte)'a': Append(_stack.Pop(1)); break;
            case (byte)'e': Append(_stack.PopToMark()); break;
            case (byte)'}': Push(new PickleDictionary()); break;
            case (byte)'d': MakeDictionary(_stack.PopToMark()); break;
            case (byte)'s': SetItems(_stack.Pop(2)); break;
            case (byte)'u': SetItems(_stack.PopToMark()); break;
            case 0x8f: Push(new PickleSet([])); break;
            case 0x90: Append(_stack.PopToMark()); break;
            case 0x91: Push(new PickleSet([.. _stack.PopToMark()])); break;
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
            case (byte)'p': _memo[PickleNumber.Index(input.Line())] = _stack.Peek(); break;
            case (byte)'q': _memo[input.Byte()] = _stack.Peek(); break;
            case (byte)'r': _memo[input.Int32()] = _stack.Peek(); break;
            case 0x94: _memo[_memo.Count] = _stack.Peek(); break;
            case (byte)'g': Recall(PickleNumber.Index(input.Line())); break;
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
            case 0x93: NameFromStack(_stack.Pop(2)); break;
            case (byte)'R' or 0x81: Call(_stack.Pop(2)); break;
            case 0x92: Call(_stack.Pop(3)[..2]); break;
            case (byte)'i': Push(Make(new PickleGlobal(input.Line(), input.Line()), _stack.PopToMark())); break;
            case (byte)'o': CallOfMark(_stack.PopToMark()); break;
            case (byte)'b': Build(_stack.Pop()); break;
            case (byte)'Q': Push((persistent ?? throw NoPersistent())(_stack.Pop())); break;
            default: return false;
        }

        return true;
    }

    private static void Protocol(byte protocol)
    {
        if (protocol > 5)
        {
            throw new InvalidDataException($"its pickle protocol is {protocol}, but those up to 5 are known");
        }
    }

    private void Append(object?[] items)
    {
        switch (_stack.Peek())
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
        if (items.Length % 2 != 0 || _stack.Peek() is not (PickleDictionary or PickleObject))
        {
            throw new InvalidDataException("it adds entries to something that is no dictionary");
        }

        for (var index = 0; _stack.Peek() is PickleDictionary dictionary && index < items.Length; index += 2)
        {
            if (KeyOf(items[index]) is { } key)
            {
                dictionary.Entries[key] = items[index + 1];
            }
        }
    }

    private string? KeyOf(object? value) => strings == PickleStrings.Bytes ? PickleText.Of(value) : value as string;

    private void Recall(long index) => Push(_memo.TryGetValue(index, out var value)
        ? value
        : throw new InvalidDataException($"it recalls value {index}, which it never stored"));

    private void NameFromStack(object?[] names) => Push(names is [string module, string name]
        ? new PickleGlobal(module, name)
        : throw new InvalidDataException("a name in it is no text"));

    private void CallOfMark(object?[] items) =>
        Call(items.Length > 0 ? [items[0], items[1..]] : throw PickleStack.Underflow());

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
        if (_stack.Peek() is PickleObject made)
        {
            made.State = state;
        }
    }

    private void Charge(long operations)
    {
        _operations += operations;
        if (_operations > HighestOperations)
        {
            throw new InvalidDataException($"its pickle takes more than {HighestOperations:N0} steps");
        }
    }

    private void Push(object? value) => _stack.Push(value);

    private static InvalidDataException NoPersistent() => new("it refers to a storage where there is none");
}
