using System.Globalization;

namespace Ocs.Benchmarks;

/// <summary>The amount of measurements. Short settings are for trying the scripts.</summary>
internal sealed record Settings
{
    /// <summary>How often ours and PyTorch alternate, each in a fresh process.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Timed training steps of a process.</summary>
    public int Steps { get; init; } = 10;

    /// <summary>Steps before those.</summary>
    public int WarmUps { get; init; } = 3;

    public int Threads { get; init; } = 2;

    /// <summary>Calls of functions that take milliseconds; the median counts.</summary>
    public int Calls { get; init; } = 50;

    /// <summary>Epochs of a whole cycle.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Training images of a whole cycle.</summary>
    public int Images { get; init; } = 50_000;

    /// <summary>Whether a file is written to bench/results/.</summary>
    public bool Record { get; init; } = true;

    /// <summary>Reads <c>--rounds 5</c> and so on; returns the other words.</summary>
    public static (Settings Settings, IReadOnlyList<string> Words) Parse(string[] arguments)
    {
        var settings = new Settings();
        var words = new List<string>();
        for (var i = 0; i < arguments.Length; i++)
        {
            settings = arguments[i] switch
            {
                "--rounds" => settings with { Rounds = Number(arguments, ++i) },
                "--steps" => settings with { Steps = Number(arguments, ++i) },
                "--warm-ups" => settings with { WarmUps = Number(arguments, ++i) },
                "--threads" => settings with { Threads = Number(arguments, ++i) },
                "--calls" => settings with { Calls = Number(arguments, ++i) },
                "--epochs" => settings with { Epochs = Number(arguments, ++i) },
                "--images" => settings with { Images = Number(arguments, ++i) },
                "--no-record" => settings with { Record = false },
                _ => settings,
            };
            if (!arguments[i].StartsWith('-') && !char.IsDigit(arguments[i][0]))
            {
                words.Add(arguments[i]);
            }
        }

        return (settings, words);
    }

    private static int Number(string[] arguments, int index) =>
        index < arguments.Length
            && int.TryParse(arguments[index], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number > 0
            ? number
            : throw new ArgumentException($"{arguments[index - 1]} takes a number above 0");
}
