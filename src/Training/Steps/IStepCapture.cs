using Ocs.Torch;

namespace Ocs.Training.Steps;

/// <summary>Captures work on a device and replays it.</summary>
internal interface IStepCapture : IDisposable
{
    /// <summary>Runs work on the stream of captures.</summary>
    void WarmUp(Action work);

    /// <summary>Records work without running it. It replaces an earlier capture.</summary>
    void Capture(Action work);

    /// <summary>Runs the captured work.</summary>
    void Replay();

    /// <summary>Releases the capture and its memory.</summary>
    void Discard();
}

/// <summary>A CUDA graph.</summary>
internal sealed class GraphCapture(Device device) : IStepCapture
{
    private readonly CudaGraph _graph = new(device);

    public void WarmUp(Action work) => _graph.WarmUp(work);

    public void Capture(Action work) => _graph.Capture(work);

    public void Replay() => _graph.Replay();

    public void Discard() => _graph.Discard();

    public void Dispose() => _graph.Dispose();
}
