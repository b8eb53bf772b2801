using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace Ocs.Testing;

/// <summary>
/// Runs properties with a fixed seed, so that a failure is the same each time; FsCheck shrinks it to fewer blocks.
/// </summary>
public static class Properties
{
    private static readonly Arbitrary<RandomGraph> Graphs = Arb.From(
        Gen.Choose(0, 1_000_000).SelectMany(_ => Gen.Choose(1, 5), (seed, blocks) => new RandomGraph(seed, blocks)),
        graph => graph.Blocks > 1 ? [graph with { Blocks = graph.Blocks - 1 }] : []);

    private static readonly Arbitrary<RandomTransformer> Transformers = Arb.From(
        Gen.Choose(0, 1_000_000).SelectMany(
            _ => Gen.Choose(1, 3), (seed, blocks) => new RandomTransformer(seed, blocks, Norms: seed % 2 == 1)),
        transformer => transformer.Blocks > 1 ? [transformer with { Blocks = transformer.Blocks - 1 }] : []);

    /// <summary>Asserts something of many random small transformers, half of them with norms.</summary>
    public static void HoldForRandomTransformers(int cases, Action<RandomTransformer> assert) =>
        Prop.ForAll(Transformers, assert).Check(Repeatable(cases));

    /// <summary>Asserts something of many random small networks.</summary>
    public static void HoldForRandomGraphs(int cases, Action<RandomGraph> assert) =>
        Prop.ForAll(Graphs, assert).Check(Repeatable(cases));

    private static Config Repeatable(int cases) => Config.QuickThrowOnFailure
        .WithMaxTest(cases)
        .WithQuietOnSuccess(true)
        .WithReplay(FSharpOption<Replay>.Some(new(new Rnd(2501, 13439), FSharpOption<int>.None)));
}
