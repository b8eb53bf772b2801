using System.Diagnostics;
using System.Globalization;
using Ocs.Torch;

namespace Ocs.Benchmarks;

/// <summary>
/// Compares every kind of convolution after a cut with float64, on 1 to 16 threads: libtorch's, and ours with AVX-512,
/// AVX2 and neither. A case without a kernel in libtorch is refused with an error. Crashes and hangs are counted, and a
/// new process continues with the next case.
/// </summary>
internal static class ConvolutionTable
{
    private const string Refused = "refused";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly (string Name, string Words)[] Ways =
    [
        ("libtorch", "libtorch"), ("ours", nameof(OwnKernels.Avx512)),
        ("ours with AVX2", nameof(OwnKernels.Avx2)), ("ours without AVX2", nameof(OwnKernels.None)),
    ];

    /// <summary>Measures, prints and records the table. Returns the exit code: 1 if one of ours is wrong.</summary>
    public static int Measure(string[] arguments)
    {
        var cases = ConvolutionCase.All();
        var results = Ways.Select(way => Run(way.Words, cases)).ToList();
        var rows = cases.Index().GroupBy(pair => (pair.Item.Kind, pair.Item.Format, pair.Item.IsNarrow))
            .OrderBy(row => row.Key.IsNarrow).SelectMany(row => Ways.Zip(results).Select(way =>
                $"| {row.Key.Kind} | {(row.Key.Format == MemoryFormat.ChannelsLast ? "channels-last" : "contiguous")} "
                    + $"| {(row.Key.IsNarrow ? "bf16" : "fp32")} "
                + $"| {way.First.Name} | {Cells([.. row.Select(pair => (pair.Item, way.Second[pair.Index]))])} |"))
                .ToList();
        List<string> lines =
        [
            "# Convolutions beside float64", "", .. Machine.Header(new()), "",
            $"- {cases.Count} convolutions, by {string.Join(", ", ConvolutionCase.AllThreads)} threads; distances are "
                + "parts of the largest number",
            $"- wrong: more than {Tolerance(isNarrow: false)} in fp32, {Tolerance(isNarrow: true)} in bf16", "",
            "| kind | layout | precision | by | cases | crashes | refused | wrong | output | gradient of the input | "
                + "gradient of the weights |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |", .. rows,
        ];
        lines.ForEach(Console.WriteLine);
        if (!arguments.Contains("--no-record"))
        {
            File.WriteAllLines(
                Path.Combine(Machine.Root, "bench", "results", $"{DateTime.UtcNow:yyyy-MM-dd}-convolutions.md"), lines);
        }

        return results.Skip(1).All(way => way.Zip(cases).All(pair => IsRight(pair.Second, pair.First))) ? 0 : 1;
    }

    /// <summary>The child: prints a line of three numbers for each case, from a given one on.</summary>
    public static void Run(string words, int first)
    {
        var isLibtorch = !Enum.TryParse<OwnKernels>(words, out var kernels);
        TorchRuntime.OwnKernels = kernels;
        foreach (var each in ConvolutionCase.All().Skip(first))
        {
            Console.WriteLine(Answer(each, !isLibtorch));
        }
    }

    private static string Answer(ConvolutionCase each, bool own)
    {
        try
        {
            return string.Join(
                ' ', each.Errors(own).Select(error => error.ToString("R", CultureInfo.InvariantCulture)));
        }
        catch (TorchException)
        {
            return Refused;
        }
    }

    // Null for a case that crashed or took too long, empty for a refused one.
    private static List<double[]?> Run(string words, IReadOnlyList<ConvolutionCase> cases)
    {
        var results = new List<double[]?>();
        while (results.Count < cases.Count)
        {
            using var child = Process.Start(new ProcessStartInfo(
                Environment.ProcessPath!, ["child", "convolutions", words, $"{results.Count}"])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["OMP_WAIT_POLICY"] = "passive", ["DOTNET_DbgEnableMiniDump"] = "0" },
            })!;
            child.ErrorDataReceived += (_, _) => { };
            child.BeginErrorReadLine();
            while (Line(child) is { } line)
            {
                results.Add(line == Refused
                    ? []
                    : [.. line.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))]);
            }

            child.Kill();
            child.WaitForExit();
            if (results.Count < cases.Count)
            {
                Console.Error.WriteLine($"{words}: {cases[results.Count]} ended its process");
                results.Add(null);
            }
        }

        return results;
    }

    private static string? Line(Process child)
    {
        var line = child.StandardOutput.ReadLineAsync();
        return line.Wait(Patience) ? line.Result : null;
    }

    private static string Cells((ConvolutionCase Case, double[]? Errors)[] results)
    {
        var known = results.Where(result => result.Errors is { Length: > 0 }).ToList();
        var refused = results.Count(result => result.Errors is { Length: 0 });
        var largest = Enumerable.Range(0, 3).Select(i =>
            known.Count == 0
                ? "-"
                : known.Max(result => result.Errors![i]).ToString("G2", CultureInfo.InvariantCulture));
        var wrong = known.Count(result => !IsRight(result.Case, result.Errors));
        return $"{results.Length} | {results.Length - known.Count - refused} | {refused} | {wrong} | "
            + $"{string.Join(" | ", largest)}";
    }

    private static bool IsRight(ConvolutionCase of, double[]? errors) =>
        errors?.All(error => error <= Tolerance(of.IsNarrow)) == true;

    private static double Tolerance(bool isNarrow) => isNarrow ? 0.03 : 1e-4;
}
