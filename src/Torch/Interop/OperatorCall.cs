using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Ocs.Torch.Interop;

/// <summary>The boxed call: gathers arguments on the stack, holds their handles, calls, lets go.</summary>
internal static unsafe class OperatorCall
{
    private const int StackBytes = 2048;
    private const int ResultCapacity = 8;

    /// <summary>Sees each call of this thread before it is made; for tests of what a captured step may do.</summary>
    [ThreadStatic]
    public static Action<string>? Seen;

    /// <summary>Calls an operator that returns one tensor.</summary>
    public static Tensor Invoke(AtenOperator op, params ReadOnlySpan<OperatorArgument> arguments)
    {
        nint result;
        nint* spill;
        int count;
        Run(op, arguments, &result, 1, &count, &spill);
        return count == 1 && result != 0 ? new Tensor(result) : throw WrongCount(op, count, &result, spill);
    }

    /// <summary>Calls an operator for what it does; what it returns is dropped.</summary>
    public static void InvokeInPlace(AtenOperator op, params ReadOnlySpan<OperatorArgument> arguments)
    {
        nint* spill;
        int count;
        Run(op, arguments, null, 0, &count, &spill);
    }

    /// <summary>
    /// Calls an operator that returns any number of tensors; one that it leaves undefined comes as an empty one.
    /// </summary>
    public static Tensor[] InvokeMany(AtenOperator op, ReadOnlySpan<OperatorArgument> arguments)
    {
        var results = stackalloc nint[ResultCapacity];
        nint* spill;
        int count;
        Run(op, arguments, results, ResultCapacity, &count, &spill);
        var tensors = new Tensor[count];
        var source = spill is null ? results : spill;
        for (var i = 0; i < count; i++)
        {
            tensors[i] = source[i] == 0 ? Tensor.Empty([0]) : new Tensor(source[i]);
        }

        if (spill is not null)
        {
            NativeMethods.SpillFree(spill);
        }

        return tensors;
    }

    /// <summary>Lends the tensors' pointers to <paramref name="call"/> and keeps them alive during it.</summary>
    public static nint Lend(IReadOnlyList<Tensor> tensors, Func<nint, int, nint> call)
    {
        var pointers = new nint[tensors.Count];
        var held = 0;
        try
        {
            for (; held < pointers.Length; held++)
            {
                pointers[held] = Hold(tensors[held].Handle);
            }

            fixed (nint* start = pointers)
            {
                return call((nint)start, pointers.Length);
            }
        }
        finally
        {
            for (var i = 0; i < held; i++)
            {
                tensors[i].Handle.DangerousRelease();
            }
        }
    }

    [SkipLocalsInit]
    private static void Run(
        AtenOperator op,
        ReadOnlySpan<OperatorArgument> arguments,
        nint* results,
        int capacity,
        int* count,
        nint** spill)
    {
        Seen?.Invoke($"{op.FullName}({Describe(arguments)})");
        var pointer = op.Pointer;
        var values = stackalloc NativeValue[arguments.Length];
        var scratchBytes = ScratchBytes(arguments);
        var large = scratchBytes > StackBytes ? (byte*)NativeMemory.Alloc((nuint)scratchBytes) : null;
        var small = stackalloc byte[large is null ? scratchBytes : 0];
        var scratch = large is null ? small : large;
        var held = default(Held);
        try
        {
            for (var i = 0; i < arguments.Length; i++)
            {
                ref readonly var argument = ref arguments[i];
                values[i].Kind = argument.Kind;
                values[i].Count = argument.Count;
                values[i].Payload = argument.Payload;
                if (argument.Reference is null)
                {
                    continue;
                }

                if (argument.Kind is ValueKind.Tensor or ValueKind.Generator)
                {
                    values[i].Payload = Hold(HandleOf(argument));
                    held.Arguments = i + 1;
                }
                else
                {
                    held.Arguments = i + 1;
                    held.Elements = 0;
                    values[i].Payload = (nint)scratch;
                    scratch += Copy(argument, scratch, ref held.Elements, ref values[i].Count);
                }

                held.Elements = int.MaxValue;
            }

            var error = NativeMethods.OperatorCall(pointer, values, arguments.Length, results, capacity, count, spill);
            if (error != 0)
            {
                throw Failure(op, arguments, error);
            }
        }
        finally
        {
            Release(arguments, held);
            NativeMemory.Free(large);
        }
    }

    private static SafeHandle HandleOf(in OperatorArgument argument) => argument.Kind == ValueKind.Tensor
        ? Unsafe.As<Tensor>(argument.Reference!).Handle
        : Unsafe.As<Generator>(argument.Reference!).Handle;

    private static nint Hold(SafeHandle handle)
    {
        var added = false;
        handle.DangerousAddRef(ref added);
        return handle.DangerousGetHandle();
    }

    // How many arguments, and how many elements of the last of them if it is a list, have a reference added.
    private struct Held
    {
        public int Arguments;
        public int Elements;
    }

    private static void Release(ReadOnlySpan<OperatorArgument> arguments, Held held)
    {
        for (var i = 0; i < held.Arguments; i++)
        {
            ref readonly var argument = ref arguments[i];
            if (argument.Kind is ValueKind.Tensor or ValueKind.Generator)
            {
                HandleOf(argument).DangerousRelease();
            }
            else if (argument.Kind is ValueKind.TensorList or ValueKind.OptionalTensorList)
            {
                var tensors = (IReadOnlyList<Tensor?>)argument.Reference!;
                var count = i == held.Arguments - 1 ? Math.Min(held.Elements, argument.Count) : argument.Count;
                for (var j = 0; j < count; j++)
                {
                    tensors[j]?.Handle.DangerousRelease();
                }
            }
        }
    }

    private static int ScratchBytes(ReadOnlySpan<OperatorArgument> arguments)
    {
        var bytes = 0;
        foreach (ref readonly var argument in arguments)
        {
            if (argument.Reference is string text)
            {
                bytes += Align(Encoding.UTF8.GetMaxByteCount(text.Length));
            }
            else if (argument.Reference is not null)
            {
                bytes += argument.Count * sizeof(long);
            }
        }

        return bytes;
    }

    private static int Align(int bytes) => (bytes + 7) & ~7;

    // Copies a list or a text to unmanaged memory; returns the bytes used.
    private static int Copy(in OperatorArgument argument, byte* target, ref int held, ref int count)
    {
        var space = argument.Count * sizeof(long);
        switch (argument.Reference)
        {
            case long[] values:
                values.CopyTo(new Span<long>(target, count));
                return space;
            case double[] values:
                values.CopyTo(new Span<double>(target, count));
                return space;
            case bool[] values:
                values.CopyTo(new Span<bool>(target, count));
                return space;
            case string text:
                var limit = Encoding.UTF8.GetMaxByteCount(text.Length);
                count = Encoding.UTF8.GetBytes(text, new Span<byte>(target, limit));
                return Align(limit);
            default:
                var tensors = (IReadOnlyList<Tensor?>)argument.Reference!;
                for (var i = 0; i < count; i++)
                {
                    var tensor = tensors[i];
                    ((nint*)target)[i] = tensor is null ? 0 : Hold(tensor.Handle);
                    held = i + 1;
                }

                return space;
        }
    }

    private static TorchException Failure(AtenOperator op, ReadOnlySpan<OperatorArgument> arguments, nint error) =>
        NativeError.Take(error, op.FullName, Describe(arguments));

    private static string Describe(ReadOnlySpan<OperatorArgument> arguments)
    {
        var texts = new string[arguments.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = arguments[i].Describe();
        }

        return string.Join(", ", texts);
    }

    private static TorchException WrongCount(AtenOperator op, int count, nint* results, nint* spill)
    {
        var source = spill is null ? results : spill;
        for (var i = 0; i < count; i++)
        {
            new TensorHandle(source[i]).Dispose();
        }

        if (spill is not null)
        {
            NativeMethods.SpillFree(spill);
        }

        return new TorchException($"{op.FullName} returned {count} results where one tensor was expected");
    }
}
