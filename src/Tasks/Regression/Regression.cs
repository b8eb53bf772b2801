using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>The loss of a regression.</summary>
public enum RegressionLoss
{
    /// <summary>The squared error, PyTorch's MSELoss.</summary>
    MeanSquaredError,

    /// <summary>The absolute error, PyTorch's L1Loss.</summary>
    MeanAbsoluteError,

    /// <summary>Squared for errors below 1, absolute above: PyTorch's HuberLoss.</summary>
    Huber,
}

/// <summary>
/// Numbers to predict: output i is compared with target i, which has as many values, [N, ...] each. The loss is the
/// mean over all values of an output; those of several outputs are added up.
/// </summary>
public sealed class Regression : ITask<ImmutableArray<double>>
{
    private static readonly Metric R2 = new("r2");

    /// <summary>The loss.</summary>
    public RegressionLoss Criterion { get; init; }

    /// <inheritdoc/>
    public string Name => "regression";

    /// <summary>
    /// R2, 1 for a perfect network and 0 for the mean of the targets, averaged over the values of a sample as
    /// scikit-learn's r2_score does; the root of the mean squared error; the mean absolute error.
    /// </summary>
    public ImmutableArray<Metric> Metrics { get; } =
        [R2, new("rmse", HigherIsBetter: false), new("mae", HigherIsBetter: false)];

    /// <inheritdoc/>
    public Tensor Loss(IReadOnlyList<Tensor> outputs, Batch batch)
    {
        Tensor? total = null;
        for (var i = 0; i < outputs.Count; i++)
        {
            using var target = Columns.Target(outputs, batch, i);
            var loss = Loss(outputs[i], target);
            if (total is null)
            {
                total = loss;
                continue;
            }

            using var first = total;
            using var second = loss;
            total = Aten.Add(first, second);
        }

        return total!;
    }

    /// <inheritdoc/>
    public OutputActivation ActivationOf(int output) => OutputActivation.Identity;

    /// <inheritdoc/>
    public IMetricTally CreateTally() => new RegressionTally();

    /// <summary>The mean of the targets has an R2 of 0.</summary>
    public Guessing? Guess(IDataset data) =>
        new(R2, 0, RegressionTally.ChanceOfR2 / Math.Max(1, data.Count), data.Count);

    /// <summary>The values of all outputs of a sample, one after the other.</summary>
    public ImmutableArray<ImmutableArray<double>> Decode(IReadOnlyList<Tensor> outputs)
    {
        using var _ = Autograd.NoGrad();
        var rows = outputs.Select(Rows).ToList();
        return
        [
            .. Enumerable.Range(0, rows[0].Count)
                .Select(row => rows.SelectMany(output => output[row]).ToImmutableArray()),
        ];
    }

    private Tensor Loss(Tensor output, Tensor target)
    {
        if (Criterion == RegressionLoss.Huber)
        {
            return Aten.Call("aten::huber_loss", "", output, target, (long)Reduction.Mean, 1.0)[0];
        }

        using var difference = Aten.Sub(output, target);
        using var size = Criterion == RegressionLoss.MeanSquaredError ? Aten.Square(difference) : Aten.Abs(difference);
        return Aten.Mean(size);
    }

    private static List<double[]> Rows(Tensor output)
    {
        using var matrix = Columns.Matrix(output);
        using var here = matrix.To(Device.Cpu);
        return [.. here.ToArray<double>().Chunk((int)here.Shape[1])];
    }
}
