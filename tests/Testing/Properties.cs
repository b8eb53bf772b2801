using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace Ocs.Testing;

/// <summary>Runs properties with a fixed seed, so that a failure is the same each time; FsCheck shrinks it to fewer blocks.</summary>
public static class Properties
{
    private static readonly Arbitrary<RandomGraph> Graphs = Arb.From(
        Gen.Choose(0, 1_000_000).SelectMany(_ => Gen.Choose(1, 5), (seed, blocks) => new RandomGraph(seed, blocks)),
        graph => graph.Blocks > 1 ? [graph with { Blocks = graph.Blocks - 1 }] : []);

    /// <summary>Asserts something of many random small networks.</summary>
    public static void HoldForRandomGraphs(int cases, Action<RandomGraph> assert) =>
        Prop.ForAll(Graphs, assert).Check(Repeatable(cases));

    private static Config Repeatable(int cases) => Config.QuickThrowOnFailure
        .WithMaxTest(cases)
        .WithQuietOnSuccess(true)
        .WithReplay(FSharpOption<Replay>.Some(new(new Rnd(2501, 13439), FSharpOption<int>.None)));
}
