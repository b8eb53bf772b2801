using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Ocs.Torch.Interop;

namespace Ocs.Torch;

/// <summary>Activation checkpointing: backward recomputes values instead of keeping them, to save memory.</summary>
/// <remarks>Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost", arXiv 1604.06174.</remarks>
internal static unsafe class Recomputation
{
    /// <summary>Runs a computation; the caller owns its outputs. Backward through them can run once.</summary>
    /// <param name="inputs">The inputs, kept until backward.</param>
    /// <param name="compute">
    /// Computes outputs from inputs, deterministically and without changing an input; the caller owns them. The second
    /// argument is true for the recomputation.
    /// </param>
    [SuppressMessage("Reliability", "CA2000", Justification = "The node of autograd disposes of it.")]
    public static Tensor[] Run(IReadOnlyList<Tensor> inputs, Func<IReadOnlyList<Tensor>, bool, Tensor[]> compute)
    {
        var state = new Kept(inputs, compute);
        try
        {
            var outputs = state.First();
            if (!Autograd.IsRecording)
            {
                state.Dispose();
                return outputs;
            }

            var native = new NativeRecomputation
            {
                State = GCHandle.ToIntPtr(GCHandle.Alloc(state)),
                Run = &RunAgain,
                Release = &Release,
            };
            var error = OperatorCall.Lend(inputs, (read, reads) => OperatorCall.Lend(
                [.. outputs.Where(HasGradient)],
                (made, count) => NativeMethods.Recompute((nint*)read, reads, (nint*)made, count, native)));
            NativeError.ThrowIfFailed(error, "recompute");
            return outputs;
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    private static bool HasGradient(Tensor output) =>
        output.DType is DType.Float16 or DType.BFloat16 or DType.Float32 or DType.Float64;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [SuppressMessage("Design", "CA1031", Justification = "No exception may cross into native code.")]
    private static byte RunAgain(
        nint state, nint* gradients, int count, nint* results, int inputs, byte* message, int capacity)
    {
        var above = new Tensor?[count];
        try
        {
            for (var i = 0; i < count; i++)
            {
                above[i] = gradients[i] == 0 ? null : new Tensor(gradients[i]);
            }

            var found = ((Kept)GCHandle.FromIntPtr(state).Target!).Backward(above);
            for (var i = 0; i < inputs; i++)
            {
                results[i] = found[i]?.Handle.DangerousGetHandle() ?? 0;
            }

            return 0;
        }
        catch (Exception error)
        {
            var text = Encoding.UTF8.GetBytes(error.Message).AsSpan();
            text = text[..Math.Min(text.Length, capacity - 1)];
            text.CopyTo(new(message, capacity));
            message[text.Length] = 0;
            return 1;
        }
        finally
        {
            foreach (var gradient in above)
            {
                gradient?.Dispose();
            }
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Release(nint state)
    {
        var handle = GCHandle.FromIntPtr(state);
        ((Kept)handle.Target!).Dispose();
        handle.Free();
    }

    // The state kept for backward.
    private sealed class Kept : IDisposable
    {
        private readonly Tensor[] _inputs;
        private readonly bool[] _wanted;
        private readonly Func<IReadOnlyList<Tensor>, bool, Tensor[]> _compute;
        private readonly DeviceKind _device;
        private readonly DType? _autocast;
        private Tensor?[] _gradients = [];

        public Kept(IReadOnlyList<Tensor> inputs, Func<IReadOnlyList<Tensor>, bool, Tensor[]> compute)
        {
            _compute = compute;
            _inputs = [.. inputs.Select(input => input.Detach())];
            _wanted = [.. inputs.Select(input => input.RequiresGrad)];
            _device = inputs.Count == 0 ? DeviceKind.Cpu : inputs[0].Device.Kind;
            NativeError.ThrowIfFailed(NativeMethods.AutocastGet(_device, out var on, out var narrow), "autocast");
            _autocast = on == 0 ? null : narrow;
        }

        // Detached, since autograd must not see the base of an output that is a view.
        public Tensor[] First()
        {
            using var _ = Autograd.NoGrad();
            var outputs = _compute(_inputs, false);
            for (var i = 0; i < outputs.Length; i++)
            {
                using var computed = outputs[i];
                outputs[i] = computed.Detach();
            }

            return outputs;
        }

        // The gradients of the inputs; the state owns them.
        public Tensor?[] Backward(Tensor?[] above)
        {
            Forget();
            var leaves = _inputs.Select(input => input.Detach()).ToArray();
            try
            {
                for (var i = 0; i < leaves.Length; i++)
                {
                    leaves[i].RequiresGrad = _wanted[i];
                }

                Backward(leaves, above);
                return _gradients = [.. leaves.Select(leaf => leaf.GetGradient())];
            }
            finally
            {
                Array.ForEach(leaves, leaf => leaf.Dispose());
            }
        }

        public void Dispose()
        {
            Forget();
            Array.ForEach(_inputs, input => input.Dispose());
        }

        private void Backward(Tensor[] leaves, Tensor?[] above)
        {
            var outputs = Again(leaves);
            try
            {
                var made = outputs.Where(HasGradient).Zip(above)
                    .Where(pair => pair.Second is not null && pair.First.RequiresGrad).ToList();
                var error = OperatorCall.Lend([.. made.Select(pair => pair.First)], (roots, count) =>
                    OperatorCall.Lend([.. made.Select(pair => pair.Second!)], (slopes, _) =>
                        NativeMethods.AutogradBackwardFrom((nint*)roots, (nint*)slopes, count)));
                NativeError.ThrowIfFailed(error, "backward");
            }
            finally
            {
                Array.ForEach(outputs, output => output.Dispose());
            }
        }

        // Backward does not record.
        private Tensor[] Again(Tensor[] leaves)
        {
            var wasRecording = Autograd.IsRecording;
            Autograd.SetRecording(true);
            try
            {
                using var _ = Autocast.To(_autocast, _device);
                return _compute(leaves, true);
            }
            finally
            {
                Autograd.SetRecording(wasRecording);
            }
        }

        private void Forget()
        {
            foreach (var gradient in _gradients)
            {
                gradient?.Dispose();
            }

            _gradients = [];
        }
    }
}
