using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.RunLog;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Training;

namespace Ocs.Cli.Runs;

/// <summary>A detector's precision-recall curves, for the report.</summary>
internal static class PrecisionCurves
{
    // Recalls of a curve: 0, 0.02, ..., 1.
    private const int Steps = 50;
    private const int Digits = 4;

    /// <summary>The curve of each class over the held-out images; empty for tasks other than detection.</summary>
    /// <param name="result">The network at the end.</param>
    /// <param name="data">The samples.</param>
    /// <param name="batchSize">Images in a batch.</param>
    public static ImmutableArray<ClassPrecision> Of(TrainingResult result, ExperimentData data, int batchSize)
    {
        if (data.For(result.Graph).Task is not Detection task)
        {
            return [];
        }

        using var _ = Autograd.NoGrad();
        var tally = new DetectionTally(task);
        var executor = new Executor(result.Graph, result.Parameters);
        var device = result.Parameters[result.Graph.Parameters[0].Name].Device;
        using var images = data.Test.Open(BatchLoaderOptions.Evaluation(batchSize) with { Device = device });
        foreach (var batch in images.Epoch(0))
        {
            using (batch)
            {
                var outputs = executor.ForwardAll([.. batch.Inputs], training: false);
                tally.Add(outputs, batch);
                outputs.ToList().ForEach(output => output.Dispose());
            }
        }

        return [.. tally.Voc().Curves.Select(curve => new ClassPrecision(
            task.ClassNames[curve.Class],
            curve.Objects,
            double.IsNaN(curve.AveragePrecision) ? null : curve.AveragePrecision,
            Sampled(curve)))];
    }

    // The best precision at each recall or a higher one, as used for the area.
    private static ImmutableArray<double> Sampled(PrecisionRecallCurve curve)
    {
        var values = new double[Steps + 1];
        foreach (var point in curve.Points)
        {
            var last = (int)Math.Floor((point.Recall * Steps) + 1e-9);
            values[last] = Math.Max(values[last], point.Precision);
        }

        for (var i = Steps - 1; i >= 0; i--)
        {
            values[i] = Math.Max(values[i], values[i + 1]);
        }

        return [.. values.Select(value => Math.Round(value, Digits))];
    }
}
