using Ocs.Torch;

namespace Ocs.Cli.Runs;

/// <summary>The processor that `--device` names.</summary>
internal static class Devices
{
    /// <summary>The device, which must be there.</summary>
    public static Device Find(string? name)
    {
        var device = Device.Parse(name ?? "cpu");
        if (device.Kind == DeviceKind.Cuda && device.Index >= TorchRuntime.CudaDevices)
        {
            throw new OcsInputException(
                $"--device {name}: libtorch {TorchRuntime.Version} sees {TorchRuntime.CudaDevices} CUDA devices here; "
                + "use cpu, or set LIBTORCH to a libtorch with CUDA.");
        }

        return device;
    }

    /// <summary>The engine, for a run's record.</summary>
    public static string Describe(Device device) => $"libtorch {TorchRuntime.Version}, {device}, {TorchRuntime.Threads} threads";
}
