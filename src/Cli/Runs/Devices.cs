using Ocs.Cli.Output;
using Ocs.Torch;

namespace Ocs.Cli.Runs;

/// <summary>The processor that `--device` names.</summary>
internal static class Devices
{
    /// <summary>The device, which must exist; <c>cuda</c> gives each process of a machine a separate GPU.</summary>
    public static Device Find(string? name, Rendezvous? rendezvous = null)
    {
        var device = name == "cuda" && rendezvous is not null
            ? Device.Cuda(rendezvous.LocalRank)
            : Device.Parse(name ?? "cpu");
        if (device.Kind == DeviceKind.Cuda && device.Index >= TorchRuntime.CudaDevices)
        {
            throw new OcsInputException(
                $"--device {device}: libtorch {TorchRuntime.Version} sees {TorchRuntime.CudaDevices} CUDA devices "
                + "here; "
                + "use cpu, or set LIBTORCH to a libtorch with CUDA.");
        }

        return device;
    }

    /// <summary>The description of the device for a run's record.</summary>
    public static string Describe(Device device, Rendezvous? rendezvous = null) =>
        $"libtorch {TorchRuntime.Version}, {device}, {Numbers.Of(TorchRuntime.Threads, "thread")}"
        + (rendezvous is null ? "" : $" in each of {rendezvous.Size} processes");
}
