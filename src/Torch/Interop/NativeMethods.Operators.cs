using System.Runtime.InteropServices;

namespace Ocs.Torch.Interop;

/// <summary>Operators and autograd.</summary>
internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library, EntryPoint = "ocs_operator_find", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint OperatorFind(string name, string overload, out nint result);

    [LibraryImport(Library, EntryPoint = "ocs_operator_call")]
    public static partial nint OperatorCall(
        nint op,
        NativeValue* arguments,
        int argumentCount,
        nint* results,
        int capacity,
        int* resultCount,
        nint** spill);

    [LibraryImport(Library, EntryPoint = "ocs_spill_free")]
    public static partial void SpillFree(nint* spill);

    [LibraryImport(Library, EntryPoint = "ocs_grad_mode_get")]
    public static partial nint GradModeGet(out byte enabled);

    [LibraryImport(Library, EntryPoint = "ocs_grad_mode_set")]
    public static partial nint GradModeSet(byte enabled);

    [LibraryImport(Library, EntryPoint = "ocs_requires_grad_get")]
    public static partial nint RequiresGradGet(TensorHandle tensor, out byte result);

    [LibraryImport(Library, EntryPoint = "ocs_requires_grad_set")]
    public static partial nint RequiresGradSet(TensorHandle tensor, byte value);

    [LibraryImport(Library, EntryPoint = "ocs_gradient_take")]
    public static partial nint GradientTake(TensorHandle tensor, out nint result);

    [LibraryImport(Library, EntryPoint = "ocs_gradient_set")]
    public static partial nint GradientSet(TensorHandle tensor, TensorHandle gradient);

    [LibraryImport(Library, EntryPoint = "ocs_gradient_set")]
    public static partial nint GradientClear(TensorHandle tensor, nint none);

    [LibraryImport(Library, EntryPoint = "ocs_autograd_backward")]
    public static partial nint AutogradBackward(nint* outputs, int outputCount, byte retainGraph);

    [LibraryImport(Library, EntryPoint = "ocs_autograd_gradients")]
    public static partial nint AutogradGradients(
        nint* outputs, int outputCount, nint* inputs, int inputCount, byte retainGraph, nint* results);

    [LibraryImport(Library, EntryPoint = "ocs_autograd_backward_from")]
    public static partial nint AutogradBackwardFrom(nint* outputs, nint* gradients, int count);

    [LibraryImport(Library, EntryPoint = "ocs_recompute")]
    public static partial nint Recompute(
        nint* inputs, int inputCount, nint* outputs, int outputCount, in NativeRecomputation recomputation);

    [LibraryImport(Library, EntryPoint = "ocs_autocast_get")]
    public static partial nint AutocastGet(DeviceKind kind, out byte enabled, out DType dtype);

    [LibraryImport(Library, EntryPoint = "ocs_autocast_set")]
    public static partial nint AutocastSet(DeviceKind kind, byte enabled, DType dtype);

    [LibraryImport(Library, EntryPoint = "ocs_autocast_clear_cache")]
    public static partial nint AutocastClearCache();
}
