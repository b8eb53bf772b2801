using System.Collections.Immutable;
using Ocs.Cli.Output;
using Ocs.Cli.Runtimes;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.OnnxRuntime;
using Ocs.RunLog;
using Ocs.Torch;

namespace Ocs.Cli.Runs;

/// <summary>
/// Writes and checks ONNX files. libtorch cannot compute kept nodes, so a file with such nodes is compared with another
/// file of the same network under ONNX Runtime.
/// </summary>
internal static class KeptCheck
{
    private const ulong Seed = 0;

    // Kept nodes may allow no other batch size.
    private const int Batch = 1;

    /// <summary>Writes a network, and compares.</summary>
    /// <param name="path">The file.</param>
    /// <param name="graph">The network.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="options">How the file is written.</param>
    /// <param name="console">The console.</param>
    /// <param name="same">
    /// Writes a file with the same outputs; null if there is none. Then only the part that is read is compared.
    /// </param>
    public static OnnxSummary Write(
        string path, Graph graph, ParameterTable parameters, OnnxOptions options, CommandConsole console,
        Action<string>? same = null)
    {
        if (graph.Origin is not { } origin
            || (origin.Kept is null && origin.Outputs.All(output => output.Batch == 0)))
        {
            return OnnxCheck.Write(path, graph, parameters, options, console);
        }

        var bytes = OnnxFile.Write(path, graph, parameters, options);
        foreach (var change in OnnxFile.Changes(graph, options))
        {
            console.Error.WriteLine($"{path}: {change}");
        }

        return Check(path, graph, parameters, options, console, same) with { Bytes = bytes > 0 ? bytes : null };
    }

    private static OnnxSummary Check(
        string path, Graph graph, ParameterTable parameters, OnnxOptions options, CommandConsole console,
        Action<string>? same)
    {
        if (!AtomicFile.IsReplaceable(path))
        {
            return new()
            {
                Tolerance = OnnxCheck.Tolerance,
                Problem = "what was written to a device or a pipe cannot be read back.",
            };
        }

        var folder = Directory.CreateTempSubdirectory("ocs-kept-");
        try
        {
            var other = Path.Combine(folder.FullName, "other.onnx");
            if (same is not null)
            {
                same(other);
                return Compare(other, path, graph, OnnxCheck.ToleranceOf(graph, options));
            }

            var origin = graph.Origin!;
            ImmutableArray<OriginValue> outputs = [.. origin.Outputs.Select(output => output with { Batch = 0 })];
            var read = graph with { Origin = origin with { Kept = null, Outputs = outputs } };
            return graph.Nodes.IsEmpty
                ? new() { Tolerance = OnnxCheck.Tolerance, Problem = "no node of it can be read." }
                : OnnxCheck.Write(other, read, parameters, options, console with { Error = TextWriter.Null });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The result of a check in one sentence.</summary>
    public static string Sentence(string path, Graph graph, OnnxSummary summary) => (graph.Origin?.Kept, summary) switch
    {
        (null, _) => OnnxCheck.Sentence(path, summary),
        (_, { Equal: true }) => $"{path} computes the expected outputs under {summary.Runtime} "
            + $"(largest relative difference {summary.LargestDifference:0.0e+0}).{OnnxCheck.SizeOf(summary)}",
        (_, { Equal: false }) => $"{path} computes other outputs under {summary.Runtime}: {summary.Problem}",
        _ => OnnxCheck.Sentence(path, summary),
    };

    /// <summary>A sentence about the kept nodes of a network's file; null if there are none.</summary>
    public static string? Sentence(Graph graph)
    {
        if (graph.Origin?.Kept is not { } kept)
        {
            return null;
        }

        var first = kept.First.ToList();
        var named = string.Join("; ", first.Take(3).Select(node => $"{node}: {node.Reason}"));
        var more = first.Count > 3 ? $"; and {first.Count - 3} more" : "";
        var behind = kept.Nodes.Length - first.Count;
        return graph.Nodes.IsEmpty
            ? $"No part of the file can be cut, so its {kept.Nodes.Length} nodes stay unchanged ({named}{more})."
            : kept.Nodes.IsEmpty
            ? "Outputs that are constants are kept as they are."
            : $"Not supported, and kept with the channels that they need: {named}{more}"
                + (behind > 0 ? $", and {behind} nodes that depend on them." : ".");
    }

    /// <summary>A sentence about quantized values read as floats; null if there are none.</summary>
    public static string? Quantization(Graph graph) => graph.Origin is { Dequantized: > 0 and var count }
        ? $"{count} values and weights of 8 or 16 bits are read as floats: they keep their ranges, not their rounding, "
            + "and `ocs quantize` makes int8 of the result again."
        : null;

    // Both may have operators that ONNX Runtime does not know.
    private static OnnxSummary Compare(string expected, string path, Graph graph, double tolerance)
    {
        var shapes = graph.InputNodes.Zip(graph.Origin!.Inputs).ToDictionary(
            input => input.Second.Name,
            input => input.First.Shape.RemoveAt(0).Insert(input.Second.Batch, Batch),
            StringComparer.Ordinal);
        try
        {
            using var first = OnnxNetwork.Open(expected, TorchRuntime.Threads);
            using var second = OnnxNetwork.Open(path, TorchRuntime.Threads);
            var differences = OutputDifference.Between(
                first, second, NetworkInputs.Random([first, second], Batch, Seed, shapes));
            var isEqual = differences.All(difference => difference.IsWithin(tolerance));
            return new()
            {
                Runtime = first.Runtime,
                Tolerance = tolerance,
                LargestDifference = differences.Max(difference => difference.LargestRelative),
                MeanDifference = differences.Max(difference => difference.MeanRelative),
                Equal = isEqual,
                Problem = isEqual ? null : $"{OutputDifference.Problem(differences, tolerance)}.",
            };
        }
        catch (OnnxRuntimeException error)
        {
            return new() { Tolerance = OnnxCheck.Tolerance, Problem = CommandWords.Of(error.Message) };
        }
        catch (OcsInputException error)
        {
            return new()
            {
                Tolerance = OnnxCheck.Tolerance,
                Equal = false,
                Problem = CommandWords.Of(error.Message),
            };
        }
    }
}
