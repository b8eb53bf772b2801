using System.Diagnostics;
using System.Text.Json.Nodes;
using BenchmarkDotNet.Running;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Saliency;
using Ocs.Pruning.Search;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Benchmarks;

/// <summary>The figures that the project promises, one method each.</summary>
internal static partial class Figures
{
    private const string Dash = "-";
    private static readonly string[] Columns = ["what", "ours", "peer", "ratio", "target"];

    private static readonly (string Name, Func<Settings, IEnumerable<Figure>> Measure)[] All =
    [
        ("steps", Steps),
        ("avx2", Avx2),
        ("cut", CutNetworks.Measure),
        ("rounding", RoundedWidths.Measure),
        ("search", Search),
        ("sparsity", Sparsity),
        ("coupling", Coupling),
        ("memory", Memory),
        ("recompute", Recompute),
        ("imagenet", ImageNet),
        ("evaluation", EvaluationFigures.Measure),
        ("checkpoints", CheckpointCost.Measure),
        ("telemetry", TelemetryCost.Measure),
        ("inspect", InspectFigures.Measure),
        ("boxed", Boxed),
        ("distributed", DistributedFigures.Measure),
        ("jpeg", ImagePipeline.Measure),
        ("gpu", Gpu),
    ];

    // These take an hour, so they are measured only by name.
    private static readonly (string Name, Func<Settings, IEnumerable<Figure>> Measure) Cycle =
        ("cycle", CycleFigures.Measure);

    /// <summary>Measures the named figures, or everything for <c>all</c>. Returns the exit code.</summary>
    public static int Measure(string[] arguments)
    {
        var (settings, words) = Settings.Parse(arguments);
        var named = All.Append(Cycle).Where(figure => words.Contains(figure.Name));
        var everything = All.Where(figure =>
            figure.Name != "imagenet" && (figure.Name != "gpu" || TorchRuntime.HasCuda));
        var chosen = (words.Contains("all") ? everything.Union(named) : named).ToArray();
        if (chosen.Length == 0)
        {
            Console.Error.WriteLine(
                $"say what to measure: {string.Join(", ", All.Append(Cycle).Select(figure => figure.Name))}, "
                + "or all (but cycle and imagenet); bench/README.md tells more");
            return 2;
        }

        TorchRuntime.Threads = settings.Threads;
        foreach (var (name, measure) in chosen)
        {
            List<string> lines = [.. Machine.Header(settings), "", Row(Columns), Row(Columns.Select(_ => "---"))];
            lines.ForEach(Console.WriteLine);
            foreach (var figure in measure(settings))
            {
                Console.WriteLine(figure);
                lines.Add(figure.ToString());
            }

            if (settings.Record)
            {
                var path = Path.Combine(Machine.Root, "bench", "results", $"{DateTime.UtcNow:yyyy-MM-dd}-{name}.md");
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllLines(path, [$"# {name}", "", .. lines]);
            }
        }

        return 0;
    }

    // Ours with data and augmentation, as in a run; PyTorch's step on one fixed batch, which favours PyTorch.
    private static IEnumerable<Figure> Gpu(Settings settings)
    {
        const int Epochs = 7;
        if (!TorchRuntime.HasCuda)
        {
            Console.WriteLine($"skipped: libtorch {TorchRuntime.Version} sees no CUDA device here");
            yield break;
        }

        foreach (var network in new[] { "cifar_resnet56", "cifar_vgg16" })
        {
            var authors = Child.StartPeer(
                "torch_step.py", "step", network, "authors-cuda", $"{settings.Threads}", $"{settings.WarmUps * 10}",
                $"{settings.Steps * 10}");
            foreach (var (precision, graph)
                in new[] { ("Fp32", "Off"), ("Fp32", "On"), ("Bf16", "Off"), ("Bf16", "On") })
            {
                var run = Child.StartSelf("gpu", network, precision, graph, $"{Epochs}");
                var (before, after) = ((double)run["before_ms"]!, (double)run["after_ms"]!);
                var isAimedAt = (network, precision, graph) == ("cifar_resnet56", "Bf16", "On");
                var how = $"{network}, batch 128, {precision.ToLowerInvariant()}, graph {graph.ToLowerInvariant()}";
                yield return new(
                    $"GPU training step, {how}", $"{before:F2} ms",
                    authors is null ? Dash : $"{(double)authors["median_ms"]!:F2} ms (PyTorch {authors["libtorch"]}, "
                        + $"the authors' eager fp32, {authors["device"]})",
                    authors is null ? Dash : $"{(double)authors["median_ms"]! / before:F2}",
                    isAimedAt ? "at least 3" : Dash);
                yield return new(
                    $"the same after a cut to {(double)run["macs"]!:P0} of the MACs", $"{after:F2} ms",
                    $"{before:F2} ms (before)", $"{before / after:F2}",
                    isAimedAt ? "at least 1.5" : Dash);
                yield return new(
                    $"memory at most, and after the cut", $"{run["peak_mib"]:F0} MiB, {run["end_mib"]:F0} MiB", Dash,
                    Dash, Dash);
            }
        }
    }

    // Memory of a small network: 30 steps are enough for the allocator to settle.
    private static IEnumerable<Figure> Memory(Settings settings)
    {
        foreach (var network in new[] { "cifar_resnet56", "cifar_resnet110" })
        {
            var runs = TakeTurns(
                network, ["fp32"], ["nchw", "channels-last"], warmUps: 0, Math.Max(settings.Steps, 30), settings);
            var ours = Median(runs, "fp32", "peak_mib")!.Value;
            yield return new(
                $"peak memory of 30 training steps, {network}", $"{ours:F0} MiB ({runs["fp32"][^1]["layout"]})", Dash,
                Dash, Dash);
            foreach (var variant in new[] { "nchw", "channels-last" })
            {
                if (Median(runs, variant, "peak_mib") is { } theirs)
                {
                    yield return new(
                        "the same", $"{ours:F0} MiB", $"{theirs:F0} MiB (PyTorch, {variant})", $"{theirs / ours:F2}",
                        "at least 1.0");
                }
            }
        }
    }

    private static IEnumerable<Figure> Search(Settings settings)
    {
        const int WarmUps = 10;
        foreach (var (network, name, preset, target) in new[]
        {
            ("cifar_resnet56", "paper", OneCycleOptions.Paper, "under 10 ms"),
            ("cifar_resnet56", "official", OneCycleOptions.Official, "under 10 ms"),
            ("resnet50", "paper", OneCycleOptions.Paper, "under 20 ms"),
            ("vit_b_16", "paper", OneCycleOptions.Paper, "under 20 ms"),
        })
        {
            var graph = Models.Build(network);
            using var parameters = ParameterTable.Initialize(graph, seed: 0);
            using var pruner = new OneCyclePruner(
                graph, parameters, preset with { SparsityStartEpoch = int.MaxValue - 2 });
            var seconds = Enumerable.Range(0, WarmUps + settings.Calls)
                .Select(epoch => pruner.BeginEpoch(epoch).SearchSeconds).ToList();
            yield return new(
                $"partition search of one epoch with saliency, {network}, preset {name}",
                $"{seconds.Skip(WarmUps).Median() * 1000:F1} ms",
                network == "cifar_resnet56" ? "1360 ms (the authors' program at its best, measured before)" : Dash,
                Dash, target);
            yield return new($"the same, first call of the process", $"{seconds[0] * 1000:F1} ms", Dash, Dash, Dash);
            if (preset.Partition != PartitionRule.Official)
            {
                yield return new(
                    $"of it the search alone, {network}",
                    $"{SearchAlone(graph, parameters, settings.Calls) * 1000:F1} ms", Dash, Dash, target);
            }
        }
    }

    private static double SearchAlone(Graph graph, ParameterTable parameters, int calls)
    {
        var coupling = CouplingGraph.Build(graph);
        var constraint = ResourceConstraint.Macs(coupling);
        var saliency = GroupSaliency.Compute(coupling.Groups, parameters);
        return Enumerable.Range(0, calls).Select(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            ClassRanking.Global.Search(coupling.Groups, saliency, constraint, OneCycleOptions.Paper.Target);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }).ToList().Median();
    }

    private static IEnumerable<Figure> Sparsity(Settings settings)
    {
        using var step = new TrainingStep(Models.Build("cifar_resnet56"), format: null);
        using var pruner = new OneCyclePruner(
            step.Graph, step.Parameters, OneCycleOptions.Paper with { SparsityStartEpoch = 0 });
        for (var i = 0; i < settings.WarmUps; i++)
        {
            step.Run();
        }

        pruner.BeginEpoch(0);
        step.Run(pruner);
        var (plain, sparse, extra) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < settings.Steps * settings.Rounds; i++)
        {
            plain.Add(step.Run());
            sparse.Add(step.Run(pruner));
        }

        yield return new(
            "sparsity-learning step over a plain one, cifar_resnet56, batch 128, alternating",
            $"{sparse.Median():F1} ms", $"{plain.Median():F1} ms (plain)",
            $"{(sparse.Median() / plain.Median() - 1) * 100:F1} % more", "at most 3 %");
        for (var i = 0; i < settings.Calls; i++)
        {
            // Backward computes the gradient for the penalty; only the extra work is timed.
            extra.Add(step.Extra(pruner));
        }

        yield return new(
            "the extra calls alone (Eq. 8 and 9)", $"{extra.Median():F1} ms", $"{plain.Median():F1} ms (plain)",
            $"{extra.Median() / plain.Median() * 100:F1} %", "at most 3 %");
    }

    private static IEnumerable<Figure> Coupling(Settings settings)
    {
        var runs = Enumerable.Range(0, settings.Rounds)
            .Select(_ => Child.StartSelf("coupling", "cifar_resnet110", $"{settings.Calls}")).ToList();
        yield return new(
            "building the coupling, cifar_resnet110, first call of a process",
            $"{runs.Select(run => (double)run["first_ms"]!).Median():F1} ms", Dash, Dash,
            "under 50 ms");
        yield return new(
            "the same, warm", $"{runs.Select(run => (double)run["median_ms"]!).Median():F1} ms", Dash, Dash,
            "under 50 ms");
        foreach (var network in new[] { "resnet50", "densenet121", "vit_b_16", "swin_t" })
        {
            foreach (var figure in CouplingBesideDepGraph(network, settings))
            {
                yield return figure;
            }
        }
    }

    // Both from a network to the groups of all prunable layers; DepGraph runs the network to find them.
    private static IEnumerable<Figure> CouplingBesideDepGraph(string network, Settings settings)
    {
        const int PeerCalls = 4;
        var (ours, theirs) = (new List<JsonNode>(), new List<JsonNode>());
        for (var round = 0; round < settings.Rounds; round++)
        {
            ours.Add(Child.StartSelf("coupling", network, $"{settings.Calls}"));
            if (Child.StartPeer("depgraph.py", network, $"{PeerCalls}") is { } peer)
            {
                theirs.Add(peer);
            }
            else
            {
                break;
            }
        }

        foreach (var (what, field) in new[] { ("first call of a process", "first_ms"), ("warm", "median_ms") })
        {
            var milliseconds = ours.Select(run => (double)run[field]!).Median();
            double? peer = theirs.Count == 0 ? null : theirs.Select(run => (double)run[field]!).Median();
            yield return new(
                $"coupling and groups, {network}, {what}", $"{milliseconds:F1} ms",
                peer is null ? Dash : $"{peer:F0} ms (DepGraph, of it "
                    + $"{theirs.Select(run => (double)run["forward_ms"]!).Median():F0} ms a forward pass)",
                peer is null ? Dash : $"{peer / milliseconds:F1}", "at least 10");
        }
    }

    private static IEnumerable<Figure> Boxed(Settings settings)
    {
        var summary = BenchmarkRunner.Run<BoxedCallBenchmark>(BoxedCallBenchmark.InProcess);
        var peer = Child.StartPeer("torch_step.py", "add");
        foreach (var report in summary.Reports.Where(report => report.ResultStatistics is not null))
        {
            var nanoseconds = report.ResultStatistics!.Median;
            var isAdd = report.BenchmarkCase.Descriptor.WorkloadMethod.Name == nameof(BoxedCallBenchmark.Add);
            yield return new(
                $"boxed call, 4 elements: {report.BenchmarkCase.Descriptor.WorkloadMethod.Name}",
                $"{nanoseconds:F0} ns",
                isAdd && peer is not null ? $"{(double)peer["median_ns"]!:F0} ns (torch.add from Python)" : Dash,
                isAdd && peer is not null ? $"{(double)peer["median_ns"]! / nanoseconds:F2}" : Dash,
                isAdd ? "at most 2000 ns" : Dash);
        }
    }

    private static Dictionary<string, List<JsonNode>> TakeTurns(
        string network, string[] ours, string[] theirs, int warmUps, int steps, Settings settings, int batch = 128)
    {
        var runs = ours.Concat(theirs).ToDictionary(name => name, _ => new List<JsonNode>());
        string[] amounts = [$"{settings.Threads}", $"{warmUps}", $"{steps}", $"{batch}"];
        for (var round = 0; round < settings.Rounds; round++)
        {
            foreach (var variant in ours)
            {
                runs[variant].Add(Child.StartSelf(["step", network, variant, .. amounts]));
            }

            foreach (var variant in theirs)
            {
                if (Child.StartPeer("torch_step.py", ["step", network, variant, .. amounts]) is { } run)
                {
                    runs[variant].Add(run);
                }
            }
        }

        var sizes = runs.Values.SelectMany(list => list).Select(run => (long)run["parameters"]!).Distinct().ToList();
        return sizes.Count == 1
            ? runs
            : throw new InvalidOperationException($"the networks differ: {string.Join(", ", sizes)} parameters");
    }

    private static double? Median(Dictionary<string, List<JsonNode>> runs, string name, string field) =>
        runs[name].Count == 0 ? null : runs[name].Select(run => (double)run[field]!).Median();

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";
}
