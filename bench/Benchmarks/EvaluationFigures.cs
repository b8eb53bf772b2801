using Ocs.Data;
using Ocs.Graphs;
using Ocs.Graphs.Passes;
using Ocs.Torch;
using Ocs.Training.Metrics;
using Ocs.Zoo;

namespace Ocs.Benchmarks;

/// <summary>The speed-up of evaluation by folded batch norms and by larger batches.</summary>
internal static class EvaluationFigures
{
    private const int Images = 1000;

    public static IEnumerable<Figure> Measure(Settings settings)
    {
        var data = new ImageDataset(
            "noise", new byte[Images * 3 * 32 * 32], [.. new int[Images]], 3, 32, 32,
            [.. Enumerable.Range(0, 10).Select(n => $"{n}")], new([0, 0, 0], [1, 1, 1]));
        foreach (var (network, format)
            in new[] { ("cifar_resnet56", MemoryFormat.ChannelsLast), ("cifar_vgg16", MemoryFormat.Contiguous) })
        {
            var graph = Models.Build(network);
            using var parameters = ParameterTable.Initialize(graph, seed: 0);
            var (folded, weights) = BatchNormFolding.Fold(graph, parameters);
            using var _ = weights;
            int[] batches = [500, 100];
            var executors = new[]
            {
                new Executor(graph, parameters, format),
                new Executor(folded, weights, format),
            };
            var runs = executors.SelectMany(
                executor => batches.Select(batch => (executor, batch, Speeds: new List<double>()))).ToList();
            for (var round = 0; round <= settings.Rounds; round++)
            {
                foreach (var (executor, batch, speeds) in runs)
                {
                    var speed = Evaluation.Run(executor, data, batch).SamplesPerSecond;
                    if (round > 0)
                    {
                        speeds.Add(speed);
                    }
                }
            }

            var plain = runs[0].Speeds.Median();
            foreach (var (executor, batch, speeds) in runs)
            {
                yield return new(
                    $"evaluation, {network}, batches of {batch}, norms "
                        + $"{(executor == executors[0] ? "apart" : "folded")}", $"{speeds.Median():F0} images/s",
                    $"{plain:F0} (apart, 500)", $"{speeds.Median() / plain:F2}", "-");
            }
        }
    }
}
