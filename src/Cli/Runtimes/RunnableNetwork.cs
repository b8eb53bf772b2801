using System.Collections.Immutable;
using Ocs.OnnxRuntime;

namespace Ocs.Cli.Runtimes;

/// <summary>What runs a network.</summary>
internal enum NetworkRuntime
{
    Libtorch,
    Onnxruntime,
}

/// <summary>
/// What a network costs: multiply-accumulates of one sample, trained values, and the least bytes of one sample's
/// values.
/// </summary>
internal sealed record NetworkSize(long Macs, long Parameters, double Bytes);

/// <summary>A network with its weights, ready to be run for inference on the CPU.</summary>
/// <param name="name">What the command line called it.</param>
internal abstract class RunnableNetwork(string name) : IDisposable
{
    public string Name { get; } = name;

    /// <summary>The runtime and its version.</summary>
    public abstract string Runtime { get; }

    /// <summary>What it costs; null if only the runtime has read the network.</summary>
    public NetworkSize? Size { get; protected init; }

    /// <summary>What is given; -1 where any size is taken.</summary>
    public abstract ImmutableArray<ValueInfo> Inputs { get; }

    public abstract ImmutableArray<string> Outputs { get; }

    /// <summary>
    /// How many tokens an input may hold, which is looked up in a table; null if it holds numbers, or nobody knows.
    /// </summary>
    public virtual int? TokensOf(int input) => null;

    /// <summary>Whether it computes with numbers of 16 bits, as far as is known.</summary>
    public abstract bool IsSixteenBit { get; }

    /// <summary>Makes ready to run on these inputs, in the order and of the types of <see cref="Inputs"/>.</summary>
    public abstract NetworkRun Prepare(IReadOnlyList<TensorData> inputs);

    public abstract void Dispose();
}

/// <summary>A network on given inputs, to be run as often as needed.</summary>
internal abstract class NetworkRun : IDisposable
{
    /// <summary>Computes the outputs; this is what is timed.</summary>
    public abstract void Execute();

    /// <summary>The outputs of the last <see cref="Execute"/>.</summary>
    public abstract IReadOnlyList<TensorData> Read();

    public abstract void Dispose();
}
