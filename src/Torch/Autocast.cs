using Ocs.Torch.Interop;

namespace Ocs.Torch;

/// <summary>
/// Mixed precision by libtorch's autocast: convolutions and products compute in a narrow type, the operators in its
/// float32 list in float32.
/// </summary>
public static class Autocast
{
    /// <summary>
    /// Until the result is disposed, operators on one kind of device compute in <paramref name="dtype"/> on this
    /// thread; null changes nothing. Call backward outside, as PyTorch advises: it uses the types of the forward pass.
    /// </summary>
    public static AutocastScope To(DType? dtype, DeviceKind device = DeviceKind.Cpu)
    {
        if (dtype is not { } narrow)
        {
            return default;
        }

        NativeError.ThrowIfFailed(NativeMethods.AutocastGet(device, out var enabled, out var before), "autocast");
        Set(device, true, narrow);
        return new(device, enabled != 0, before);
    }

    internal static void Set(DeviceKind device, bool enabled, DType dtype) =>
        NativeError.ThrowIfFailed(NativeMethods.AutocastSet(device, enabled ? (byte)1 : (byte)0, dtype), "autocast");
}

/// <summary>A scope under autocast; a ref struct, so that it ends on the thread where it began.</summary>
public readonly ref struct AutocastScope
{
    private readonly bool _isOn;
    private readonly DeviceKind _device;
    private readonly bool _wasEnabled;
    private readonly DType _before;

    internal AutocastScope(DeviceKind device, bool wasEnabled, DType before) =>
        (_isOn, _device, _wasEnabled, _before) = (true, device, wasEnabled, before);

    /// <summary>
    /// Restores the previous state. The end of the outermost scope clears the cache of converted weights, since a step
    /// changes the weights.
    /// </summary>
    public void Dispose()
    {
        if (!_isOn)
        {
            return;
        }

        Autocast.Set(_device, _wasEnabled, _before);
        if (!_wasEnabled)
        {
            NativeError.ThrowIfFailed(NativeMethods.AutocastClearCache(), "autocast");
        }
    }
}
