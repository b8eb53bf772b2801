using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Graphs.Passes;
using Ocs.Torch;

namespace Ocs.Training.Distillation;

/// <summary>
/// A copy of a network that others learn from. It runs as in evaluation, with batch norms folded into the layers before
/// them, and without gradients.
/// </summary>
internal sealed class Teacher : IDisposable
{
    private readonly ParameterTable _parameters;
    private readonly Executor _executor;
    private readonly (Tensor Factor, Tensor Shift)? _normalization;

    /// <summary>Copies a network, which stays the caller's.</summary>
    /// <param name="network">The network.</param>
    /// <param name="data">The data. Images are normalized again if the teacher's normalization differs.</param>
    /// <param name="device">Where it runs.</param>
    public Teacher(Network network, IDataset data, Device device)
    {
        var (graph, folded) = BatchNormFolding.Fold(network.Graph, network.Parameters);
        using (folded)
        {
            _parameters = folded.To(device);
        }

        _executor = new(graph, _parameters, MemoryFormat.Contiguous);
        _normalization = Between(data, network.Graph, device);
        Digest = DigestOf(network);
    }

    /// <summary>SHA-256 of the weights, and of the normalization that the network remembers.</summary>
    public string Digest { get; }

    /// <summary>Every output for a batch, owned by the caller, in the precision of the caller's autocast.</summary>
    /// <param name="batch">The samples, as the student gets them.</param>
    /// <param name="format">The layout of the student, in which the teacher runs from now on.</param>
    public IReadOnlyList<Tensor> Outputs(Batch batch, MemoryFormat format)
    {
        using var _ = Autograd.NoGrad();
        if (_executor.MemoryFormat != format)
        {
            _executor.Lay(format);
        }

        if (_normalization is not (var factor, var shift))
        {
            return _executor.ForwardAll([.. batch.Inputs], training: false);
        }

        using var scaled = Aten.Mul(batch.Images, factor);
        using var images = Aten.Add(scaled, shift);
        return _executor.ForwardAll([images], training: false);
    }

    public void Dispose()
    {
        _parameters.Dispose();
        _normalization?.Factor.Dispose();
        _normalization?.Shift.Dispose();
    }

    // Converts the student's normalization to the teacher's, [1, C, 1, 1] each. Null if both are equal or one is
    // unknown.
    private static (Tensor Factor, Tensor Shift)? Between(IDataset data, Graph graph, Device device)
    {
        var input = (Input)graph.InputNodes.First().Operator;
        if (data is not INormalizedImages { Normalization: var given } || input.Mean.IsEmpty
            || (input.Mean.SequenceEqual(given.Mean)
                && input.StandardDeviation.SequenceEqual(given.StandardDeviation)))
        {
            return null;
        }

        var wanted = input.StandardDeviation;
        return (
            OfChannels(wanted.Select((deviation, c) => given.StandardDeviation[c] / (double)deviation)),
            OfChannels(wanted.Select((deviation, c) => ((double)given.Mean[c] - input.Mean[c]) / deviation)));

        Tensor OfChannels(IEnumerable<double> values)
        {
            float[] numbers = [.. values.Select(value => (float)value)];
            using var here = Tensor.FromArray(numbers, [1, numbers.Length, 1, 1]);
            return here.To(device);
        }
    }

    private static string DigestOf(Network network)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in network.Parameters.Names.Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\n"));
            using var detached = network.Parameters[name].Detach();
            using var here = detached.To(Device.Cpu);
            using var whole = here.Contiguous();
            hash.AppendData(whole.DType == DType.Int64
                ? MemoryMarshal.AsBytes(whole.AsSpan<long>())
                : MemoryMarshal.AsBytes(whole.AsSpan<float>()));
        }

        var input = (Input)network.Graph.InputNodes.First().Operator;
        hash.AppendData(MemoryMarshal.AsBytes(input.Mean.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(input.StandardDeviation.AsSpan()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
