using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ocs.Pruning;
using Ocs.Pruning.Stability;

namespace Ocs.Parity.Tests;

/// <summary>Eq. 3 to 6 on twelve stored partitions, by the paper and by the authors' program.</summary>
public sealed class JaccardTests
{
    private static readonly JsonNode Golden =
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "jaccard.json")))!;

    private static readonly ImmutableArray<ImmutableArray<ImmutableArray<int>>> Partitions =
    [
        .. Golden["retained"]!.Deserialize<int[][][]>()!.Select(
            partition => partition.Select(kept => kept.ToImmutableArray()).ToImmutableArray()),
    ];

    [Fact]
    public void Similarity_and_average_follow_the_paper()
    {
        var indicator = new StabilityIndicator(distance: 1, window: 3, SimilarityKind.Identity, startsAtZero: false);
        var (start, stable) = (-1, -1);
        for (var t = 0; t < Partitions.Length; t++)
        {
            indicator.Observe(Partitions[t]);
            AssertSame(Golden["paper"]!["J"]![t], indicator.Similarity);
            AssertSame(Golden["paper"]!["J_avg"]![t], indicator.Average);
            if (start < 0 && SparsityLearningStart.IsReached(indicator.Averages, 3, (double)Golden["paper"]!["tau"]!))
            {
                start = t;
            }

            if (stable < 0 && StableEpoch.IsReached(indicator.Average, (double)Golden["paper"]!["eps"]!))
            {
                stable = t;
            }
        }

        Assert.Equal((int)Golden["paper"]!["t_sl_start_eq5"]!, start);
        Assert.Equal((int)Golden["paper"]!["t_star_first_J_avg_ge_1_minus_eps"]!, stable);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Similarity_and_average_follow_the_program(int monitorStart)
    {
        var golden = Golden["official"]![$"monitor_start_{monitorStart}"]!;
        var indicator = new StabilityIndicator(distance: 2, window: 3, SimilarityKind.Identity, startsAtZero: true);
        for (var t = 0; t < Partitions.Length; t++)
        {
            indicator.Observe(t >= monitorStart ? Partitions[t] : null);
            AssertSame(golden["sim"]![t], indicator.Similarity);
            AssertSame(golden["avg"]![t], indicator.Average);
        }
    }

    private static void AssertSame(JsonNode? expected, double? actual)
    {
        Assert.Equal(expected is null, actual is null);
        if (actual is { } value)
        {
            Assert.Equal((double)expected!, value, 1e-8);
        }
    }
}
