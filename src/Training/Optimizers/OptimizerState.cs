using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Training.Optimizers;

/// <summary>
/// The state of an optimiser between two steps, with PyTorch's names. Resuming from it gives the same bits.
/// </summary>
public sealed record OptimizerState
{
    /// <summary>
    /// Tensors of the parameters' shapes, float32, by their name and then by the parameter's: <c>momentum</c> of SGD,
    /// <c>exp_avg</c> and
    /// <c>exp_avg_sq</c> of Adam. Empty before the first step.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, Tensor>> Moments { get; init; } =
        ImmutableDictionary<string, IReadOnlyDictionary<string, Tensor>>.Empty;

    /// <summary>
    /// Numbers of the optimiser as a whole, [] and float64: <c>step</c> of Adam, the steps taken. Empty before the
    /// first step.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> Counters { get; init; } = ImmutableDictionary<string, Tensor>.Empty;

    /// <summary>All of its tensors.</summary>
    internal IEnumerable<Tensor> Tensors => Moments.Values.SelectMany(moment => moment.Values).Concat(Counters.Values);

    /// <summary>Disposes the tensors and throws, unless the state is empty or has these parts and no other.</summary>
    internal void Require(ReadOnlySpan<string> moments, ReadOnlySpan<string> counters)
    {
        var parameters = Moments.Values.FirstOrDefault()?.Keys.ToHashSet(StringComparer.Ordinal) ?? [];
        var isEmpty = Moments.Count == 0 && Counters.Count == 0;
        var isWhole = HasOnly(Moments.Keys, moments) && HasOnly(Counters.Keys, counters)
            && Moments.Values.All(moment => parameters.SetEquals(moment.Keys))
            && Counters.Values.All(counter => counter is { Rank: 0, DType: DType.Float64 });
        if (!isEmpty && !isWhole)
        {
            var found = string.Join(", ", Moments.Keys.Concat(Counters.Keys));
            foreach (var tensor in Tensors)
            {
                tensor.Dispose();
            }

            throw new OcsInputException(
                $"The state of the optimiser is not of this kind: it holds {found}, but "
                + $"{string.Join(", ", [.. moments, .. counters])} is needed; resume with the optimiser that made it.");
        }
    }

    private static bool HasOnly(IEnumerable<string> found, ReadOnlySpan<string> wanted) =>
        found.ToHashSet(StringComparer.Ordinal).SetEquals(wanted.ToArray());
}
