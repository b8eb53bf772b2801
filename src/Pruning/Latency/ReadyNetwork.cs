namespace Ocs.Pruning.Latency;

/// <summary>A network that is ready to run on its inputs, as often as needed.</summary>
internal abstract class ReadyNetwork : IDisposable
{
    /// <summary>Computes the outputs.</summary>
    public abstract void Run();

    public abstract void Dispose();
}
