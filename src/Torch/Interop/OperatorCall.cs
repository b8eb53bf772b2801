using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ocs.Torch.Interop;

/// <summary>The boxed call: collects arguments on the stack, holds their handles, calls, releases.</summary>
internal static unsafe class OperatorCall
{
    private const int StackBytes = 2048;
    private const int ResultCapacity = 8;

    /// <summary>Called before each call of this thread; for tests of captured steps.</summary>
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

    /// <summary>Calls an operator and drops its results.</summary>
    public static void InvokeInPlace(AtenOperator op, params ReadOnlySpan<OperatorArgument> arguments)
    {
        nint* spill;
        int count;
        Run(op, arguments, null, 0, &count, &spill);
    }

    /// <summary>Calls an operator that returns any number of tensors; undefined tensors become empty ones.</summary>
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

    /// <summary>
    /// Passes the tensors' pointers to <paramref name="call"/>, and keeps the tensors alive during it.
    /// </summary>
    public static nint Lend(IReadOnlyList<Tensor> tensors, Func<nint, int, nint> call)
    {
        var pointers = new nint[tensors.Count];
        var held = 0;
        try
        {
            for (; held < pointers.Length; held++)
            {
                pointers[held] = OperatorArguments.Hold(tensors[held].Handle);
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
        var scratchBytes = OperatorArguments.ScratchBytes(arguments);
        var large = scratchBytes > StackBytes ? (byte*)NativeMemory.Alloc((nuint)scratchBytes) : null;
        var small = stackalloc byte[large is null ? scratchBytes : 0];
        var scratch = large is null ? small : large;
        var held = default(HeldArguments);
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
                    values[i].Payload = OperatorArguments.Hold(OperatorArguments.HandleOf(argument));
                    held.Arguments = i + 1;
                }
                else
                {
                    held.Arguments = i + 1;
                    held.Elements = 0;
                    values[i].Payload = (nint)scratch;
                    scratch += OperatorArguments.Copy(argument, scratch, ref held.Elements, ref values[i].Count);
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
            OperatorArguments.Release(arguments, held);
            NativeMemory.Free(large);
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
