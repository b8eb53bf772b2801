using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>Counts the positions whose token is the likeliest one; the rest follows from the loss.</summary>
internal sealed class TokenTally : IMetricTally
{
    private long _correct;
    private long _positions;

    public void Add(IReadOnlyList<Tensor> outputs, Batch batch)
    {
        using var rows = NextToken.Rows(outputs[0]);
        using var targets = NextToken.Targets(outputs[0], batch);
        using var correct = Classification.Correct(rows, targets);
        _correct += correct.Item<long>();
        _positions += targets.ElementCount;
    }

    public ImmutableArray<double> Values(long samples, double loss, IProcessExchange processes)
    {
        var sums = processes.Sum(_correct, _positions);
        return [Math.Exp(loss), loss / Math.Log(2), sums[0] / sums[1]];
    }
}
