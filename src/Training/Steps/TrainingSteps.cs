using Ocs.Torch;

namespace Ocs.Training.Steps;

/// <summary>Chooses how steps are taken.</summary>
internal static class TrainingSteps
{
    /// <summary>Whether steps on a device are to be captured.</summary>
    /// <param name="options">The options.</param>
    /// <param name="device">Where steps are taken.</param>
    /// <param name="profile">Whether the parts of a step are profiled.</param>
    /// <param name="processes">The number of processes of the run.</param>
    /// <exception cref="OcsInputException">Capturing is demanded but not possible.</exception>
    public static bool Captures(TrainingOptions options, Device device, bool profile, int processes)
    {
        var obstacle =
            device.Kind != DeviceKind.Cuda
                ? $"the device is {device}; choose cuda, or `CudaGraphChoice.Auto` or off"
            : !CudaGraph.IsSupported
                ? "the shim over libtorch was built without CUDA's headers; set CUDA_HOME and build it anew"
            : options.Precision == Precision.Fp16
                ? "fp16 reads its gradients on the host after each step; choose bf16 or fp32"
            : options.Recompute
                ? $"`{nameof(options.Recompute)}` computes values again on the host's call; leave one of them out"
            : processes > 1
                ? $"{processes} processes share the run and agree on the host; leave `CudaGraphChoice.Auto` or off"
            : profile
                ? $"a profile tells the parts of a step apart; leave `{nameof(profile)}` out"
            : null;
        return options.CudaGraph == CudaGraphChoice.On && obstacle is not null
            ? throw new OcsInputException($"`CudaGraphChoice.On` can't be: {obstacle}.")
            : options.CudaGraph != CudaGraphChoice.Off && obstacle is null;
    }

    /// <summary>Creates the way to take steps on a device.</summary>
    public static ITrainingStep For(TrainingOptions options, Device device, bool captures) => captures
        ? new CapturedStep(() => new GraphCapture(device), mayFallBack: options.CudaGraph == CudaGraphChoice.Auto)
        : new EagerStep();
}
