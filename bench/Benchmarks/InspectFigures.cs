using System.Diagnostics;

namespace Ocs.Benchmarks;

/// <summary>The start-up time: a command with almost no computation.</summary>
internal static class InspectFigures
{
    public static IEnumerable<Figure> Measure(Settings settings)
    {
        const int Runs = 10;
        var script = Path.Combine(Machine.Root, "ocs");
        if (!File.Exists(script))
        {
            Console.WriteLine("skipped: there is no script ./ocs yet");
            yield break;
        }

        // The first run may build.
        var milliseconds = Enumerable.Range(0, Runs + 1)
            .Select(_ => TimeOf(script, "inspect", "cifar_resnet20")).Skip(1).ToList();
        yield return new(
            "./ocs inspect cifar_resnet20, start to end", $"{milliseconds.Median():F0} ms", "-", "-",
            $"under 1000 ms (slowest of {Runs}: {milliseconds.Max():F0} ms)");
    }

    private static double TimeOf(string program, params string[] arguments)
    {
        var begin = Stopwatch.GetTimestamp();
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = Machine.Root,
        };
        using var process = Process.Start(start)!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? Stopwatch.GetElapsedTime(begin).TotalMilliseconds
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}");
    }
}
