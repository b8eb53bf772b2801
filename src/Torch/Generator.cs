using Ocs.Torch.Interop;

namespace Ocs.Torch;

/// <summary>
/// Random numbers on the CPU that nothing else in the process draws from: the same numbers from the same seed, whatever
/// other threads do.
/// </summary>
public sealed class Generator : IDisposable
{
    /// <summary>The numbers of a seed, the same as libtorch's own after <see cref="TorchRuntime.Seed"/>.</summary>
    public Generator(ulong seed)
    {
        NativeError.ThrowIfFailed(NativeMethods.GeneratorCreate(seed, out var pointer), "generator");
        Handle = new(pointer);
    }

    internal GeneratorHandle Handle { get; }

    /// <summary>Everything that determines the numbers to come.</summary>
    public byte[] GetState()
    {
        NativeError.ThrowIfFailed(NativeMethods.GeneratorStateGet(Handle, out var pointer), "state of a generator");
        using var state = new Tensor(pointer);
        return state.ToArray<byte>();
    }

    /// <summary>Goes on from a state of <see cref="GetState"/>.</summary>
    public void SetState(ReadOnlySpan<byte> state)
    {
        using var tensor = Tensor.FromArray(state, [state.Length]);
        NativeError.ThrowIfFailed(NativeMethods.GeneratorStateSet(Handle, tensor.Handle), "state of a generator");
    }

    /// <summary>Releases the generator.</summary>
    public void Dispose() => Handle.Dispose();
}
