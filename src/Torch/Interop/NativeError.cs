using System.Runtime.InteropServices;

namespace Ocs.Torch.Interop;

/// <summary>Turns an <c>ocs_error*</c> into an exception.</summary>
internal static class NativeError
{
    public static void ThrowIfFailed(nint error, string action)
    {
        if (error != 0)
        {
            throw Take(error, action, context: null);
        }
    }

    /// <summary>
    /// Whether there was no error. Frees an error unread, because the release of a handle cannot report it.
    /// </summary>
    public static bool IsNone(nint error)
    {
        if (error != 0)
        {
            NativeMethods.ErrorFree(error);
        }

        return error == 0;
    }

    /// <summary>
    /// Copies the texts, frees the error and creates the exception. The message has only libtorch's first line.
    /// </summary>
    public static TorchException Take(nint error, string action, string? context)
    {
        var message = Marshal.PtrToStringUTF8(NativeMethods.ErrorMessage(error)) ?? string.Empty;
        var stack = Marshal.PtrToStringUTF8(NativeMethods.ErrorStack(error)) ?? string.Empty;
        NativeMethods.ErrorFree(error);
        var line = message.AsSpan().Trim();
        var end = line.IndexOf('\n');
        if (end >= 0)
        {
            line = line[..end];
        }

        var shortage = MemoryShortage.Words(message);
        return new TorchException(
            $"{action}{(context is null ? "" : $"({context})")}: {shortage ?? line.ToString()}",
            stack.Length > 0 ? stack : message)
        {
            IsOutOfMemory = shortage is not null,
        };
    }
}
