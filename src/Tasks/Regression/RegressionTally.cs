using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>Adds up errors and targets, for each value of a sample.</summary>
internal sealed class RegressionTally : IMetricTally
{
    /// <summary>
    /// Predictions that have nothing to do with the targets reach an R2 of this, divided by the samples, once in 40
    /// times.
    /// </summary>
    public const double ChanceOfR2 = 5;

    // Squared errors, absolute errors, targets, squared targets.
    private const int Sums = 4;
    private double[] _sums = [];

    public void Add(IReadOnlyList<Tensor> outputs, Batch batch)
    {
        var added = Enumerable.Range(0, outputs.Count).Select(i => Of(outputs, batch, i)).ToList();
        double[] sums = [.. Enumerable.Range(0, Sums).SelectMany(kind => added.SelectMany(output => output[kind]))];
        _sums = _sums.Length == 0 ? sums : [.. _sums.Zip(sums, (old, more) => old + more)];
    }

    public ImmutableArray<double> Values(long samples, double loss, IProcessExchange processes)
    {
        var width = (int)processes.Gather([_sums.Length]).Max(lengths => lengths[0]) / Sums;
        var all = processes.Sum(_sums.Length == 0 ? new double[Sums * width] : _sums);
        var (squares, sizes) = (all[..width], all[width..(2 * width)]);
        var r2 = squares.Select((squared, i) =>
        {
            var spread = all[(3 * width) + i] - (all[(2 * width) + i] * all[(2 * width) + i] / samples);
            return spread > 0 ? 1 - (squared / spread) : squared == 0 ? 1 : 0;
        });
        return [r2.Average(), Math.Sqrt(squares.Sum() / samples / width), sizes.Sum() / samples / width];
    }

    private static double[][] Of(IReadOnlyList<Tensor> outputs, Batch batch, int index)
    {
        using var target = Columns.Target(outputs, batch, index);
        using var wanted = Columns.Matrix(target);
        using var given = Columns.Matrix(outputs[index]);
        using var error = Aten.Sub(given, wanted);
        using var squares = Aten.Square(error);
        using var sizes = Aten.Abs(error);
        using var squaredTargets = Aten.Square(wanted);
        return [Total(squares), Total(sizes), Total(wanted), Total(squaredTargets)];
    }

    private static double[] Total(Tensor matrix)
    {
        using var sums = Aten.Sum(matrix, [0]);
        using var here = sums.To(Device.Cpu);
        return here.ToArray<double>();
    }
}
