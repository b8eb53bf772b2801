using System.Text.Json.Nodes;

namespace Ocs.Benchmarks;

/// <content>Training steps, compared with PyTorch's and with each other.</content>
internal static partial class Figures
{
    // One at a time, alternating, so that other load on the machine affects all.
    private static IEnumerable<Figure> Steps(Settings settings)
    {
        foreach (var (network, narrowTarget)
            in new[] { ("cifar_resnet56", "at least 1.55"), ("cifar_vgg16", "at least 2.0") })
        {
            string[] layouts = ["nchw", "channels-last"];
            var runs = TakeTurns(
                network, ["fp32", "bf16"], [.. layouts, "authors", .. layouts.Select(layout => $"{layout}-bf16")],
                settings.WarmUps, settings.Steps, settings);
            foreach (var (ours, suffix, target) in new[]
            {
                ("fp32", "", "at least 1.1 (the faster of both)"),
                ("bf16", "-bf16", "at least 1.05 (the faster of both)"),
            })
            {
                foreach (var figure in layouts.Select(layout => Beside(runs, network, ours, layout + suffix, target))
                    .OfType<Figure>())
                {
                    yield return figure;
                }
            }

            if (Beside(runs, network, "fp32", "authors", network == "cifar_resnet56" ? "at least 1.3"
                : Dash) is { } authors)
            {
                yield return authors;
            }

            var (wide, narrow) = (Median(runs, "fp32", "median_ms")!.Value, Median(runs, "bf16", "median_ms")!.Value);
            yield return new(
                $"the same, bf16 beside our own fp32", $"{narrow:F0} ms", $"{wide:F0} ms (ours, fp32)",
                $"{wide / narrow:F2}", narrowTarget);
            yield return new(
                $"the same, images/s in fp32 and bf16", $"{128_000 / wide:F0}, {128_000 / narrow:F0}", Dash,
                Dash, Dash);
        }
    }

    // Both sides, oneDNN and OpenBLAS without AVX-512.
    private static IEnumerable<Figure> Avx2(Settings settings)
    {
        var variables = new[]
        {
            ("ATEN_CPU_CAPABILITY", "avx2"), ("ONEDNN_MAX_CPU_ISA", "AVX2"), ("OPENBLAS_CORETYPE", "Haswell"),
        };
        foreach (var network in new[] { "cifar_resnet56", "cifar_vgg16" })
        {
            string[] layouts = ["nchw", "channels-last"];
            var before = Array.ConvertAll(variables, pair => Environment.GetEnvironmentVariable(pair.Item1));
            Array.ForEach(variables, pair => Environment.SetEnvironmentVariable(pair.Item1, pair.Item2));
            var runs = TakeTurns(network, ["fp32"], layouts, settings.WarmUps, settings.Steps, settings);
            for (var i = 0; i < variables.Length; i++)
            {
                Environment.SetEnvironmentVariable(variables[i].Item1, before[i]);
            }

            foreach (var layout in layouts)
            {
                if (Beside(runs, network, "fp32", layout, "at least 1.15 (the faster of both)") is { } figure)
                {
                    yield return figure with { What = figure.What + ", AVX2" };
                }
            }
        }
    }

    private static IEnumerable<Figure> Recompute(Settings settings)
    {
        foreach (var (network, batch) in new[] { ("cifar_resnet110", 128), ("vit_b_16", 8) })
        {
            var runs = TakeTurns(network, ["fp32", "recompute"], [], settings.WarmUps, settings.Steps, settings, batch);
            double Ours(string variant, string field) => Median(runs, variant, field)!.Value;
            yield return new(
                $"peak memory of a step that computes values once more, {network}",
                $"{Ours("recompute", "peak_mib"):F0} MiB", $"{Ours("fp32", "peak_mib"):F0} MiB (ours, all kept)",
                $"{Ours("fp32", "peak_mib") / Ours("recompute", "peak_mib"):F2}", "at least 2");
            yield return new(
                "the same, time", $"{Ours("recompute", "median_ms"):F0} ms", $"{Ours("fp32", "median_ms"):F0} ms",
                $"{Ours("fp32", "median_ms") / Ours("recompute", "median_ms"):F2}", "at least 0.74");
        }
    }

    // Time and peak memory at 224 pixels, compared with torchvision's networks: the faster layout, and the smaller.
    private static IEnumerable<Figure> ImageNet(Settings settings)
    {
        foreach (var (network, batch, target, narrowTarget) in new[]
        {
            ("resnet18", 32, "1.3", "1.15"), ("resnet50", 16, "1.3", "1.15"), ("mobilenet_v2", 32, "2.0", Dash),
            ("efficientnet_b0", 16, "1.3", Dash), ("densenet121", 4, Dash, Dash), ("vit_b_16", 8, "1.05", "1.05"),
            ("swin_t", 4, "1.05", Dash), ("convnext_tiny", 4, "1.05", Dash),
        })
        {
            string[] layouts = ["nchw", "channels-last"];
            var runs = TakeTurns(
                network, ["fp32", "bf16"], [.. layouts, .. layouts.Select(layout => $"{layout}-bf16")],
                settings.WarmUps, settings.Steps, settings, batch);
            foreach (var (ours, suffix, least) in new[] { ("fp32", "", target), ("bf16", "-bf16", narrowTarget) })
            {
                yield return Best("step", "ms", "median_ms", ours, suffix, least);
                yield return Best("peak memory", "MiB", "peak_mib", ours, suffix, "1");
            }

            Figure Best(string what, string unit, string field, string ours, string suffix, string least)
            {
                var mine = Median(runs, ours, field)!.Value;
                var theirs = layouts.Select(layout => Median(runs, layout + suffix, field)).Min();
                return new(
                    $"{what}, {network}, batch {batch}, {ours}", $"{mine:F0} {unit} ({runs[ours][^1]["layout"]})",
                    theirs is null ? Dash : $"{theirs:F0} {unit} (PyTorch)",
                    theirs is null ? Dash : $"{theirs / mine:F2}", least == Dash ? Dash : $"at least {least}");
            }
        }
    }

    private static Figure? Beside(
        Dictionary<string, List<JsonNode>> runs, string network, string ours, string variant, string target)
    {
        var mine = Median(runs, ours, "median_ms")!.Value;
        return Median(runs, variant, "median_ms") is not { } theirs ? null : new(
            $"training step, {network}, batch 128, {ours}", $"{mine:F0} ms ({runs[ours][^1]["layout"]})",
            $"{theirs:F0} ms (PyTorch {runs[variant][^1]["libtorch"]}, {variant})", $"{theirs / mine:F2}", target);
    }
}
