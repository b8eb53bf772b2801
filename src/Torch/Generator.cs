using Ocs.Torch.Interop;

namespace Ocs.Torch;

/// <summary>A separate random generator on the CPU: a seed gives the same numbers, whatever other threads do.</summary>
public sealed class Generator : IDisposable
{
    /// <summary>
    /// Seeds a generator; it gives the same numbers as libtorch's default generator after
    /// <see cref="TorchRuntime.Seed"/>.
    /// </summary>
    public Generator(ulong seed)
    {
        NativeError.ThrowIfFailed(NativeMethods.GeneratorCreate(seed, out var pointer), "generator");
        Handle = new(pointer);
    }

    internal GeneratorHandle Handle { get; }

    /// <summary>The complete state of the generator.</summary>
    public byte[] GetState()
    {
        NativeError.ThrowIfFailed(NativeMethods.GeneratorStateGet(Handle, out var pointer), "state of a generator");
        using var state = new Tensor(pointer);
        return state.ToArray<byte>();
    }

    /// <summary>Restores a state from <see cref="GetState"/>.</summary>
    public void SetState(ReadOnlySpan<byte> state)
    {
        using var tensor = Tensor.FromArray(state, [state.Length]);
        NativeError.ThrowIfFailed(NativeMethods.GeneratorStateSet(Handle, tensor.Handle), "state of a generator");
    }

    /// <summary>Releases the generator.</summary>
    public void Dispose() => Handle.Dispose();
}
