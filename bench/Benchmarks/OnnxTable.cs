using System.Globalization;
using System.Text.Json.Nodes;

namespace Ocs.Benchmarks;

/// <summary>
/// The table of docs/onnx.md: every network that bench/peers/export_torchvision.py has written, with import, cut,
/// training step, export and ONNX Runtime, each in a separate process.
/// </summary>
internal static class OnnxTable
{
    private const string Begin = "<!-- torchvision: written by bench/run.sh onnx -->";
    private const string End = "<!-- end of torchvision -->";
    private static readonly string[] Columns =
    [
        "network", "parameters", "MACs", "import", "ONNX Runtime's load", "ours to ONNX Runtime", "ours to PyTorch",
        "ONNX Runtime to PyTorch", "groups", "MACs removed", "exported, ONNX Runtime", "result",
    ];

    /// <summary>
    /// Runs every network of a folder, or the named ones, and writes the table. Returns the exit code.
    /// </summary>
    public static int Measure(string[] arguments)
    {
        var folder = arguments.FirstOrDefault(argument => !argument.StartsWith('-'))
            ?? Path.Combine(Machine.Root, "artifacts", "onnx");
        var only = arguments.Where(argument => !argument.StartsWith('-')).Skip(1).ToHashSet();
        if (!Directory.Exists(folder))
        {
            Console.Error.WriteLine($"{folder} is not there: run bench/peers/export_torchvision.py {folder} first");
            return 2;
        }

        var networks = Directory.GetDirectories(folder)
            .Where(network => File.Exists(Path.Combine(network, "model.onnx"))
            && (only.Count == 0 || only.Contains(Path.GetFileName(network))))
            .OrderBy(Size).ThenBy(network => network, StringComparer.Ordinal);
        var rows = new List<(string Name, JsonNode Result)>();
        foreach (var network in networks)
        {
            var name = Path.GetFileName(network);
            rows.Add((name, Run(network)));
            Console.WriteLine($"{name}: {rows[^1].Result.ToJsonString()}");
        }

        string[] lines = [.. Lines(rows)];
        Console.WriteLine(string.Join('\n', lines));
        if (only.Count == 0 && !arguments.Contains("--no-record"))
        {
            Record(lines);
        }

        return 0;
    }

    private static JsonNode Run(string network)
    {
        try
        {
            return Child.StartSelf("onnx", network);
        }
        catch (InvalidOperationException error)
        {
            return new JsonObject { ["failed"] = "the process", ["why"] = error.Message };
        }
    }

    private static long Size(string network) => new DirectoryInfo(network).EnumerateFiles().Sum(file => file.Length);

    private static IEnumerable<string> Lines(List<(string Name, JsonNode Result)> rows)
    {
        var passed = rows.Count(row => row.Result["failed"] is null);
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{passed} of {rows.Count} networks went all the way ({100.0 * passed / Math.Max(rows.Count, 1):0.0} %), "
                + $"measured on {DateTime.UtcNow:yyyy-MM-dd}.");
        yield return "";
        yield return $"| {string.Join(" | ", Columns)} |";
        yield return $"|{string.Concat(Columns.Select(_ => " --- |"))}";
        foreach (var (name, result) in rows)
        {
            string[] cells =
            [
                name, Millions(result["parameters"]), Millions(result["macs"]), Show(result["import_ms"], "0 ms"),
                Show(result["load_ms"], "0 ms"),
                Show(result["forward_difference"], "0.0e+0"), Show(result["pytorch_difference"], "0.0e+0"),
                Show(result["between_difference"], "0.0e+0"),
                Show(result["groups"], "0"), Show(result["macs_removed"], "0.0 %"),
                Show(result["onnxruntime_difference"], "0.0e+0"),
                result["failed"] is { } step
                    ? $"**{step}**: {result["why"]}".Replace("|", "\\|", StringComparison.Ordinal)
                    : "all equal",
            ];
            yield return $"| {string.Join(" | ", cells)} |";
        }
    }

    private static string Millions(JsonNode? count) =>
        count is null ? "-" : (count.GetValue<long>() / 1e6).ToString("0.0 M", CultureInfo.InvariantCulture);

    private static string Show(JsonNode? number, string format) =>
        number is null ? "-" : double.Parse(number.ToJsonString(), CultureInfo.InvariantCulture).ToString(
            format, CultureInfo.InvariantCulture);

    // Replaces the text between the marks of the page; the rest stays.
    private static void Record(string[] lines)
    {
        var path = Path.Combine(Machine.Root, "docs", "onnx.md");
        var text = File.Exists(path) ? File.ReadAllLines(path).ToList() : ["# ONNX", "", Begin, End];
        var (begin, end) = (text.IndexOf(Begin), text.IndexOf(End));
        if (begin < 0 || end < begin)
        {
            throw new InvalidOperationException($"{path} lacks the lines {Begin} and {End}");
        }

        text.RemoveRange(begin + 1, end - begin - 1);
        text.InsertRange(begin + 1, lines);
        File.WriteAllLines(path, text);
    }
}
