using System.Collections.Immutable;
using Ocs.OnnxRuntime;

namespace Ocs.Cli.Runtimes;

/// <summary>The runtime of a network.</summary>
internal enum NetworkRuntime
{
    Libtorch,
    Onnxruntime,
}

/// <summary>
/// The cost of a network: multiply-accumulates of one sample, parameters, and the least bytes of one sample's values.
/// </summary>
internal sealed record NetworkSize(long Macs, long Parameters, double Bytes);

/// <summary>A network with its weights, ready for inference on the CPU.</summary>
/// <param name="name">The network's name on the command line.</param>
internal abstract class RunnableNetwork(string name) : IDisposable
{
    public string Name { get; } = name;

    /// <summary>The runtime and its version.</summary>
    public abstract string Runtime { get; }

    /// <summary>Its cost; null if only the runtime can read the network.</summary>
    public NetworkSize? Size { get; protected init; }

    /// <summary>The inputs; -1 for dynamic sizes.</summary>
    public abstract ImmutableArray<ValueInfo> Inputs { get; }

    public abstract ImmutableArray<string> Outputs { get; }

    /// <summary>The vocabulary size of an input of tokens; null if it has numbers, or if unknown.</summary>
    public virtual int? TokensOf(int input) => null;

    /// <summary>Whether it computes with 16-bit floats, as far as known.</summary>
    public abstract bool IsSixteenBit { get; }

    /// <summary>Prepares a run on these inputs, in the order and with the types of <see cref="Inputs"/>.</summary>
    public abstract NetworkRun Prepare(IReadOnlyList<TensorData> inputs);

    /// <summary>
    /// The same for many runs, as fast as the runtime allows; outputs may round differently. Runtimes that optimise a
    /// network when they read it have nothing to add.
    /// </summary>
    public virtual NetworkRun PrepareFast(IReadOnlyList<TensorData> inputs) => Prepare(inputs);

    public abstract void Dispose();
}

/// <summary>A network on given inputs, which can run repeatedly.</summary>
internal abstract class NetworkRun : IDisposable
{
    /// <summary>Computes the outputs; measurements time this call.</summary>
    public abstract void Execute();

    /// <summary>The outputs of the last <see cref="Execute"/>.</summary>
    public abstract IReadOnlyList<TensorData> Read();

    public abstract void Dispose();
}
