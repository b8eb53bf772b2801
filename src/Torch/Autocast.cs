using Ocs.Torch.Interop;

namespace Ocs.Torch;

/// <summary>
/// Mixed precision by libtorch's autocast: convolutions and products compute in a narrow type, what its lists name in
/// float32.
/// </summary>
public static class Autocast
{
    /// <summary>
    /// Operators on devices of a kind compute in <paramref name="dtype"/> on this thread until the result is disposed;
    /// null changes nothing. Call backward outside, as PyTorch advises: its types are those of the forward pass.
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

/// <summary>A stretch of code under autocast; a ref struct, so that it ends on the thread where it began.</summary>
public readonly ref struct AutocastScope
{
    private readonly bool _isOn;
    private readonly DeviceKind _device;
    private readonly bool _wasEnabled;
    private readonly DType _before;

    internal AutocastScope(DeviceKind device, bool wasEnabled, DType before) =>
        (_isOn, _device, _wasEnabled, _before) = (true, device, wasEnabled, before);

    /// <summary>
    /// Restores what was; at the outermost end the converted weights are dropped, for a step changes the weights.
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
