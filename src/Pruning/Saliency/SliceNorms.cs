using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Torch;

namespace Ocs.Pruning.Saliency;

/// <summary>Sums of squares of a parameter along each of its prunable dimensions, taken from the device in one copy.</summary>
internal sealed class SliceNorms
{
    private readonly Dictionary<(string Parameter, int Dimension), double[]> _sumsOfSquares = [];

    private SliceNorms()
    {
    }

    /// <summary>‖·‖₂² of every index of a dimension.</summary>
    public ReadOnlySpan<double> SumsOfSquares(GroupMember member) => _sumsOfSquares[(member.Parameter, member.Dimension)];

    public static SliceNorms Compute(IEnumerable<Group> groups, ParameterTable parameters)
    {
        using var _ = Autograd.NoGrad();
        var keys = groups
            .SelectMany(group => group.Members)
            .Where(member => member.IsCounted)
            .Select(member => (member.Parameter, member.Dimension))
            .Distinct()
            .ToImmutableArray();
        if (keys.IsEmpty)
        {
            return new();
        }

        var parts = new List<Tensor>(keys.Length);
        try
        {
            foreach (var (parameter, dimension) in keys)
            {
                parts.Add(Along(parameters[parameter], dimension, DType.Float64));
            }

            using var together = Aten.Cat([.. parts], 0);
            var values = together.ToArray<double>();
            var norms = new SliceNorms();
            var offset = 0;
            for (var i = 0; i < keys.Length; i++)
            {
                var size = (int)parts[i].ElementCount;
                norms._sumsOfSquares.Add(keys[i], [.. values.AsSpan(offset, size).ToArray().Select(norm => norm * norm)]);
                offset += size;
            }

            return norms;
        }
        finally
        {
            parts.ForEach(part => part.Dispose());
        }
    }

    /// <summary>‖·‖₂ of every index of a dimension, [size of the dimension]; the caller owns it.</summary>
    public static Tensor Along(Tensor parameter, int dimension, DType? dtype = null)
    {
        if (parameter.Rank == 1)
        {
            using var absolute = Aten.Abs(parameter);
            return absolute.To(dtype ?? parameter.DType);
        }

        Span<long> others = stackalloc long[parameter.Rank - 1];
        for (var i = 0; i < others.Length; i++)
        {
            others[i] = i < dimension ? i : i + 1;
        }

        return Aten.VectorNorm(parameter, 2, others, keepDimensions: false, dtype);
    }
}
