using System.Collections.Immutable;
using Ocs.Pruning.Coupling;
using Ocs.Torch;

namespace Ocs.Pruning.Saliency;

/// <summary>
/// One number for each index of each dimension that a criterion reads, copied from the device at once.
/// </summary>
internal sealed class SliceSums
{
    private readonly Dictionary<(string Parameter, int Dimension), double[]> _values = [];
    private readonly Dictionary<(string Parameter, int Dimension), double> _sizes = [];

    private SliceSums()
    {
    }

    /// <summary>Reads the parameters of all members.</summary>
    /// <param name="groups">What is ranked.</param>
    /// <param name="along">
    /// One 64-bit number for each index of a dimension of a parameter; the third argument is its name. The caller owns
    /// the tensor.
    /// </param>
    public static SliceSums Compute(IReadOnlyList<GroupSlices> groups, Func<Tensor, int, string, Tensor> along)
    {
        using var _ = Autograd.NoGrad();
        var keys = groups
            .SelectMany(slices => slices.Members)
            .Select(member => (member.Parameter, member.Dimension))
            .Distinct()
            .ToImmutableArray();
        var sums = new SliceSums();
        if (keys.IsEmpty)
        {
            return sums;
        }

        var parameters = groups[0].Parameters;
        var parts = new List<Tensor>(keys.Length);
        try
        {
            foreach (var (parameter, dimension) in keys)
            {
                parts.Add(along(parameters[parameter], dimension, parameter));
            }

            using var together = Aten.Cat([.. parts], 0);
            var values = together.ToArray<double>();
            var offset = 0;
            for (var i = 0; i < keys.Length; i++)
            {
                var size = (int)parts[i].ElementCount;
                sums._values.Add(keys[i], values[offset..(offset + size)]);
                sums._sizes.Add(keys[i], (double)parameters[keys[i].Parameter].ElementCount / size);
                offset += size;
            }

            return sums;
        }
        finally
        {
            parts.ForEach(part => part.Dispose());
        }
    }

    /// <inheritdoc cref="Compute(IReadOnlyList{GroupSlices}, Func{Tensor, int, string, Tensor})"/>
    public static SliceSums Compute(IReadOnlyList<GroupSlices> groups, Func<Tensor, int, Tensor> along) =>
        Compute(groups, (parameter, dimension, _) => along(parameter, dimension));

    /// <summary>The sum over the indices of a channel's slice.</summary>
    public double Of(GroupMember member, int channel)
    {
        var values = _values[(member.Parameter, member.Dimension)];
        var sum = 0.0;
        foreach (var index in member.IndicesOf(channel))
        {
            sum += values[index];
        }

        return sum;
    }

    /// <summary>|w|: how many elements a channel's slice has.</summary>
    public double SliceSize(GroupMember member) =>
        _sizes[(member.Parameter, member.Dimension)] * member.IndicesPerChannel;
}
