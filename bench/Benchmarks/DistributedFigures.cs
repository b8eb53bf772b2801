namespace Ocs.Benchmarks;

/// <summary>
/// Compares two Gloo processes with one and with the cost model, which also predicts up to 1,024. Times are the fastest
/// of all rounds: other load can only add to them, and two processes need both cores. The model's constants are
/// processor time, which equals wall-clock time for one thread on its own core.
/// </summary>
internal static class DistributedFigures
{
    private const string Network = "cifar_resnet56";
    private const string Dash = "-";
    private const int Batch = 128;
    private const double FirstBucketBytes = 1 << 20;

    public static IEnumerable<Figure> Measure(Settings settings)
    {
        var seen = new Dictionary<string, List<double>>();
        var allReduces = new List<double[]>();
        var bytes = 0.0;
        for (var round = 0; round < settings.Rounds; round++)
        {
            foreach (var (name, processes, asGroup, batch, threads) in new[]
            {
                ("one", 1, false, Batch, 1),
                ("half", 1, false, Batch / 2, 1),
                ("threads", 1, false, Batch, 2),
                ("apart", 2, false, Batch / 2, 1),
                ("gloo", 2, true, Batch / 2, 1),
            })
            {
                var results = Child.StartTogether(
                    processes, asGroup, "replica", Network, $"{batch}", $"{threads}", $"{settings.WarmUps}",
                    $"{settings.Steps}");
                Add(seen, name, results.Max(result => (double)result["fastest_ms"]!));
                Add(seen, $"{name} processor", results.Sum(result => (double)result["processor_ms"]!));
                bytes = (double)results[0]["bytes"]!;
            }

            var times = Child.StartTogether(2, asGroup: true, "collectives", $"{settings.Calls}");
            allReduces.Add([.. times[0]["ms"]!.AsArray().Select(time => (double)time!)]);

            // Enough batches for the runtime to optimize the code before the last ones.
            Add(seen, "input", (double)Child.StartSelf("input", $"{settings.Calls * 8}")["ms_per_image"]!);
        }

        return Show(seen.ToDictionary(pair => pair.Key, pair => pair.Value.Min()), Fastest(allReduces), bytes);
    }

    private static IEnumerable<Figure> Show(Dictionary<string, double> seen, double[] allReduces, double bytes)
    {
        yield return Throughput($"{Network}, batch {Batch}, one process, one thread", seen, "one");
        yield return Throughput("one process, two threads", seen, "threads");
        yield return Throughput(
            "two processes of half a batch, one thread each, that know nothing of each other", seen, "apart");
        yield return Throughput("two Gloo processes of half a batch, one thread each", seen, "gloo");
        foreach (var (size, time) in Replica.Sizes.Zip(allReduces))
        {
            yield return new(
                $"all-reduce of {size:N0} bytes by two processes, loopback", $"{time:F3} ms", Dash, Dash, Dash);
        }

        var model = Fit(seen, allReduces, bytes);
        yield return new(
            "constants of the cost model",
            $"{model.Fixed * 1000:F1} ms + {model.PerImage * 1000:F2} ms an image; input "
                + $"{model.InputPerImage * 1e6:F1} us an image; "
            + $"alpha {model.Latency * 1e6:F0} us, beta {model.BytesPerSecond / 1e9:F2} GB/s; "
            + $"{bytes / 1e6:F2} MB of gradients", Dash, Dash, Dash);

        // The mutual slow-down by caches and memory bandwidth is measured, the exchange is predicted.
        var exchange = model.Exposed(2, Batch / 2.0) * 1000;
        yield return Beside(
            "step of the two Gloo processes, seen beside predicted", seen["gloo"], seen["apart"] + exchange);
        yield return Beside(
            "the same in time of processors, which other programs disturb less", seen["gloo processor"],
            seen["apart processor"] + 2 * exchange);
        foreach (var devices in new[] { 1, 2, 8, 64, 256, 1024 })
        {
            yield return new(
                $"predicted efficiency on {devices:N0} such cores, {Batch} images each",
                $"{model.WeakEfficiency(devices, Batch) * 100:F0} %",
                $"{model.StrongEfficiency(devices, 8 * Batch) * 100:F0} % (batch of {8 * Batch} shared out)",
                Dash, Dash);
        }
    }

    private static CostModel Fit(Dictionary<string, double> seen, double[] allReduces, double bytes)
    {
        var (whole, half) = (seen["one processor"] / 1000, seen["half processor"] / 1000);
        var start = Math.Clamp(2 * half - whole, 0, whole);
        var latency = allReduces[0] / 2 / 1000;
        var large = Replica.Sizes.IndexOf(4 << 20);
        return new()
        {
            Fixed = start,
            PerImage = (whole - start) / Batch,
            InputPerImage = seen["input"] / 1000,
            Latency = latency,
            BytesPerSecond = Replica.Sizes[large] / (allReduces[large] / 1000 - 2 * latency),
            Buckets = [FirstBucketBytes, bytes - FirstBucketBytes],
            Overlap = 0,
        };
    }

    private static Figure Beside(string what, double seen, double predicted) => new(
        what, $"{seen:F0} ms", $"{predicted:F0} ms (model)", $"{(seen / predicted - 1) * 100:+0.0;-0.0} %", Dash);

    private static Figure Throughput(string what, Dictionary<string, double> seen, string name) => new(
        what,
        $"{seen[name]:F0} ms a step, {Batch * 1000 / seen[name]:F0} images/s; "
            + $"{seen[$"{name} processor"]:F0} ms of processors",
        Dash, $"{seen["one"] / seen[name]:F2} of one thread", Dash);

    private static double[] Fastest(List<double[]> rounds) =>
        [.. Enumerable.Range(0, rounds[0].Length).Select(i => rounds.Min(round => round[i]))];

    private static void Add(Dictionary<string, List<double>> seen, string name, double value)
    {
        if (!seen.TryGetValue(name, out var values))
        {
            seen.Add(name, values = []);
        }

        values.Add(value);
    }
}
