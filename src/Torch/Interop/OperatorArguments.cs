using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Ocs.Torch.Interop;

/// <summary>
/// The arguments of a call on their way to the shim: handles that are held, lists and texts that are copied.
/// </summary>
internal static unsafe class OperatorArguments
{
    /// <summary>The handle of a tensor or a generator.</summary>
    public static SafeHandle HandleOf(in OperatorArgument argument) => argument.Kind == ValueKind.Tensor
        ? Unsafe.As<Tensor>(argument.Reference!).Handle
        : Unsafe.As<Generator>(argument.Reference!).Handle;

    /// <summary>Adds a reference to a handle, and gives its pointer.</summary>
    public static nint Hold(SafeHandle handle)
    {
        var added = false;
        handle.DangerousAddRef(ref added);
        return handle.DangerousGetHandle();
    }

    /// <summary>Takes the references of a call back.</summary>
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

    /// <summary>The bytes that lists and texts take.</summary>
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
    /// <param name="target">Where it goes.</param>
    /// <param name="held">Counts the tensors that are held.</param>
    /// <param name="count">The length; of a text, its bytes.</param>
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

/// <summary>What a call holds: a reference for each tensor and generator among its arguments.</summary>
internal struct HeldArguments
{
    /// <summary>How many arguments, from the first on.</summary>
    public int Arguments;

    /// <summary>How many elements of the last of them, if it is a list.</summary>
    public int Elements;
}
