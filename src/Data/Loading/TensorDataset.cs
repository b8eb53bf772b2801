using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Data;

/// <summary>A data set of tensors in memory, as PyTorch's TensorDataset: sample i is row i of each.</summary>
public sealed class TensorDataset : IDataset, IDisposable
{
    private readonly Tensor[] _inputs;
    private readonly Tensor[] _targets;

    /// <summary>Takes tensors, which the data set then owns.</summary>
    /// <param name="name">Its name in messages.</param>
    /// <param name="inputs">[N, ...] each, in the order of the network's inputs.</param>
    /// <param name="targets">[N, ...] each, as the task's loss takes them.</param>
    /// <exception cref="OcsInputException">
    /// There is no input, or the tensors have different numbers of rows.
    /// </exception>
    public TensorDataset(string name, Tensor[] inputs, Tensor[] targets)
    {
        (Name, _inputs, _targets) = (name, inputs, targets);
        if (inputs.Length == 0
            || inputs.Concat(targets).Any(tensor => tensor.Rank == 0 || tensor.Shape[0] != inputs[0].Shape[0]))
        {
            var shapes = inputs.Concat(targets).Select(tensor => $"[{string.Join(", ", tensor.Shape.ToArray())}]");
            throw new OcsInputException(
                $"The data set {name} needs at least one input, and as many rows in every tensor; it was given "
                + $"{string.Join(", ", shapes)}.");
        }
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Count => (int)_inputs[0].Shape[0];

    /// <summary>[N, ...] each.</summary>
    public IReadOnlyList<Tensor> Inputs => _inputs;

    /// <summary>[N, ...] each.</summary>
    public IReadOnlyList<Tensor> Targets => _targets;

    /// <inheritdoc/>
    public ImmutableArray<ImmutableArray<long>> InputShapes =>
        [.. _inputs.Select(ImmutableArray<long> (tensor) => [.. tensor.Shape[1..]])];

    /// <inheritdoc/>
    public IBatchSource Open(BatchLoaderOptions options) => new DatasetBatches(this, options, (batch, chosen, _, _) =>
    {
        using var rows = Tensor.FromArray<long>([.. chosen.ToArray().Select(index => (long)index)], [chosen.Length]);
        return new(batch, Chosen(_inputs, rows), Chosen(_targets, rows));
    });

    /// <summary>Releases the tensors.</summary>
    public void Dispose() => Array.ForEach([.. _inputs, .. _targets], tensor => tensor.Dispose());

    private static Tensor[] Chosen(Tensor[] tensors, Tensor rows) =>
        [.. tensors.Select(tensor => Aten.IndexSelect(tensor, 0, rows))];
}
