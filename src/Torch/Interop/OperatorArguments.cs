using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Ocs.Torch.Interop;

/// <summary>Marshals the arguments of a call to the shim: holds handles, copies lists and texts.</summary>
internal static unsafe class OperatorArguments
{
    /// <summary>The handle of a tensor or a generator.</summary>
    public static SafeHandle HandleOf(in OperatorArgument argument) => argument.Kind == ValueKind.Tensor
        ? Unsafe.As<Tensor>(argument.Reference!).Handle
        : Unsafe.As<Generator>(argument.Reference!).Handle;

    /// <summary>Adds a reference to a handle, and returns its pointer.</summary>
    public static nint Hold(SafeHandle handle)
    {
        var added = false;
        handle.DangerousAddRef(ref added);
        return handle.DangerousGetHandle();
    }

    /// <summary>Releases the references of a call.</summary>
    public static void Release(ReadOnlySpan<OperatorArgument> arguments, HeldArguments held)
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

    /// <summary>The bytes needed for lists and texts.</summary>
    public static int ScratchBytes(ReadOnlySpan<OperatorArgument> arguments)
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

    /// <summary>Copies a list or a text to unmanaged memory, and holds the tensors of a list.</summary>
    /// <param name="argument">The list or text.</param>
    /// <param name="target">The destination.</param>
    /// <param name="held">Counts the held tensors.</param>
    /// <param name="count">The length; for a text, the bytes.</param>
    /// <returns>The bytes used.</returns>
    public static int Copy(in OperatorArgument argument, byte* target, ref int held, ref int count)
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

    private static int Align(int bytes) => (bytes + 7) & ~7;
}

/// <summary>The references that a call holds: one for each tensor and generator among its arguments.</summary>
internal struct HeldArguments
{
    /// <summary>The number of arguments, from the first on.</summary>
    public int Arguments;

    /// <summary>The number of elements of the last argument, if it is a list.</summary>
    public int Elements;
}
