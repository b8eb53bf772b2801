using Ocs.Torch;

namespace Ocs.Training.Steps;

/// <summary>What captures work on a device and starts it again.</summary>
internal interface IStepCapture : IDisposable
{
    /// <summary>Does work where captures are made.</summary>
    void WarmUp(Action work);

    /// <summary>Writes work down without doing it; an earlier capture is dropped.</summary>
    void Capture(Action work);

    /// <summary>Does what was captured.</summary>
    void Replay();

    /// <summary>Drops what was captured, and the memory that it holds.</summary>
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
