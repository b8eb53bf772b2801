using Ocs.Data;
using Ocs.Torch;

namespace Ocs.Training.Steps;

/// <summary>
/// The step is captured once and then launched with one call, until the network is cut or the pruner chooses other
/// slices. The first steps of a network, and steps on a smaller batch, are run eagerly.
/// </summary>
/// <param name="capture">Creates the capture.</param>
/// <param name="mayFallBack">Whether steps that cannot be captured are run eagerly, or are an error.</param>
internal sealed class CapturedStep(Func<IStepCapture> capture, bool mayFallBack) : ITrainingStep
{
    // As many as PyTorch's own examples take before a capture.
    internal const int WarmUps = 3;

    private readonly IStepCapture _capture = capture();
    private (RunningNetwork? Network, int Era) _captured;
    private RunningNetwork? _network;
    private BatchSlot? _slot;
    private int _warmUps;
    private bool _isEager;

    public string? Take(StepBody body, Batch batch)
    {
        if (!ReferenceEquals(body.Network, _network))
        {
            Begin(body.Network, batch);
        }

        if (_isEager || batch.Count != _slot!.Count)
        {
            body.Run(batch);
            return null;
        }

        _slot.Load(batch);
        if (_warmUps < WarmUps)
        {
            _warmUps++;
            _capture.WarmUp(() => Run(body, _slot));
            return null;
        }

        if (_captured != (body.Network, body.Era) && Capture(body, _slot) is { } problem)
        {
            body.Run(batch);
            return problem;
        }

        _capture.Replay();
        return null;
    }

    public void Forget()
    {
        _capture.Discard();
        _slot?.Dispose();
        (_network, _slot, _captured) = (null, null, default);
    }

    public void Dispose()
    {
        _capture.Dispose();
        _slot?.Dispose();
    }

    private void Begin(RunningNetwork network, Batch batch)
    {
        Forget();
        _slot = new(batch);
        (_network, _warmUps, _captured) = (network, 0, default);
    }

    // Null, or the reason why the step cannot be captured. Nothing was computed then, because a capture only records.
    private string? Capture(StepBody body, BatchSlot slot)
    {
        try
        {
            _capture.Capture(() => Run(body, slot));
            _captured = (body.Network, body.Era);
            return null;
        }
        catch (TorchException error) when (mayFallBack)
        {
            body.Network.Parameters.ClearGradients();
            _isEager = true;
            return "The step can't be captured as a CUDA graph, so its operators are started one by one "
                + $"({error.Message}).";
        }
    }

    private static void Run(StepBody body, BatchSlot slot)
    {
        using var batch = slot.Read();
        body.Run(batch);
    }
}
