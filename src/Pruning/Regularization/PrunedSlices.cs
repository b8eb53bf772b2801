using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Saliency;
using Ocs.Torch;

namespace Ocs.Pruning.Regularization;

/// <summary>
/// The counted slices that a sub-network prunes, as tensors: one number for each index of each prunable dimension, all
/// in one flat vector, with a view of each dimension that broadcasts over its parameter. So Eq. 8 and 9 are a few
/// operators on the vector and one multiplication a parameter and dimension.
/// </summary>
internal sealed class PrunedSlices : IDisposable
{
    private readonly List<Tensor> _owned = [];
    private readonly ParameterTable _parameters;
    private readonly ImmutableArray<Entry> _entries;
    private readonly Tensor? _sliceOfIndex;
    private readonly int _slices;

    public PrunedSlices(ImmutableArray<Group> groups, Subnetwork subnetwork, ParameterTable parameters)
    {
        _parameters = parameters;
        using var _ = Autograd.NoGrad();
        var members = groups
            .SelectMany((group, position) => group.Members
                .Where(member => member.IsCounted && subnetwork.PrunedOf(position).Any())
                .Select(member => (Member: member, Pruned: subnetwork.PrunedOf(position))))
            .ToLookup(pair => (pair.Member.Parameter, pair.Member.Dimension));
        var (mask, slices) = (new List<float>(), new List<long>());
        var entries = ImmutableArray.CreateBuilder<Entry>();
        var joint = false;
        foreach (var dimension in members)
        {
            var parameter = parameters[dimension.Key.Parameter];
            var offset = mask.Count;
            var size = (int)parameter.Shape[dimension.Key.Dimension];
            mask.AddRange(new float[size]);
            slices.AddRange(Enumerable.Range(offset, size).Select(index => (long)index));
            foreach (var (member, channel) in dimension.SelectMany(pair =>
                pair.Pruned.Select(channel => (pair.Member, channel))))
            {
                joint |= member.IndicesPerChannel > 1;
                foreach (var index in member.IndicesOf(channel))
                {
                    mask[offset + index] = 1;
                    slices[offset + index] = offset + member.IndicesOf(channel)[0];
                }
            }

            entries.Add(new(dimension.Key.Parameter, dimension.Key.Dimension, offset, size));
        }

        _entries = entries.ToImmutable();
        _slices = mask.Count;
        var device = _entries.IsEmpty ? Device.Cpu : parameters[_entries[0].Parameter].Device;
        using var onCpu = Tensor.FromArray<float>([.. mask], [mask.Count]);
        Mask = Own(onCpu.To(device));
        Scale = Own(Tensor.Zeros([mask.Count], DType.Float32, device));
        ScaleViews = [.. _entries.Select(entry => Own(View(Scale, entry)))];
        if (joint)
        {
            using var sliceOfIndex = Tensor.FromArray<long>([.. slices], [slices.Count]);
            _sliceOfIndex = sliceOfIndex.To(device);
        }
    }

    public bool IsEmpty => _entries.IsEmpty;

    /// <summary>1 for each pruned index, 0 for the others.</summary>
    public Tensor Mask { get; }

    /// <summary>One number an index, which <see cref="ScaleViews"/> broadcast over the parameters.</summary>
    public Tensor Scale { get; }

    public Tensor[] ScaleViews { get; }

    /// <summary>The parameter of each view; one that is cut in two dimensions appears twice.</summary>
    public Tensor[] Parameters => [.. _entries.Select(entry => _parameters[entry.Parameter])];

    /// <summary>Other tensors of the parameters' shapes, those that there are, and the view for each.</summary>
    public (Tensor[] Tensors, Tensor[] Scales) Of(IReadOnlyDictionary<string, Tensor> tensors)
    {
        var found = _entries
            .Select((entry, index) => (Tensor: tensors.GetValueOrDefault(entry.Parameter), Scale: ScaleViews[index]))
            .Where(pair => pair.Tensor is not null)
            .ToArray();
        return ([.. found.Select(pair => pair.Tensor!)], [.. found.Select(pair => pair.Scale)]);
    }

    /// <summary>‖w‖₂ of the slice that each index belongs to, owned by the caller.</summary>
    public Tensor Norms()
    {
        var parts = _entries.Select(entry => SliceNorms.Along(_parameters[entry.Parameter], entry.Dimension)).ToArray();
        try
        {
            var norms = Aten.Cat(parts, 0);
            return _sliceOfIndex is null ? norms : Join(norms, _sliceOfIndex);
        }
        finally
        {
            Array.ForEach(parts, part => part.Dispose());
        }
    }

    public void Dispose()
    {
        _sliceOfIndex?.Dispose();
        _owned.ForEach(tensor => tensor.Dispose());
    }

    // A slice of several indices has one norm: the root of the sum of their squares.
    private Tensor Join(Tensor norms, Tensor sliceOfIndex)
    {
        using (norms)
        {
            using var squares = Aten.Mul(norms, norms);
            using var zeros = Tensor.Zeros([_slices], DType.Float32, norms.Device);
            using var sums = Aten.Call("aten::index_add", "", zeros, 0, sliceOfIndex, squares, 1.0)[0];
            using var roots = Aten.Sqrt(sums);
            return Aten.IndexSelect(roots, 0, sliceOfIndex);
        }
    }

    private Tensor View(Tensor flat, Entry entry)
    {
        var shape = new long[_parameters[entry.Parameter].Rank];
        Array.Fill(shape, 1);
        shape[entry.Dimension] = entry.Size;
        using var part = Aten.Narrow(flat, 0, entry.Offset, entry.Size);
        return Aten.View(part, shape);
    }

    private Tensor Own(Tensor tensor)
    {
        _owned.Add(tensor);
        return tensor;
    }

    private readonly record struct Entry(string Parameter, int Dimension, int Offset, int Size);
}
