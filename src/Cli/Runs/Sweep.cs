using System.Collections.Immutable;

namespace Ocs.Cli.Runs;

/// <summary>The values of `train --sweep`, and their combinations.</summary>
internal static class Sweep
{
    private const int MostPoints = 1000;

    /// <summary>Every combination of the sweeps' values; the last one changes fastest.</summary>
    /// <param name="sweeps">
    /// Each is a key with its values: "pruning.target=0.3,0.5". A value with a comma is a list in brackets.
    /// </param>
    public static ImmutableArray<SweepPoint> Points(IReadOnlyList<string> sweeps)
    {
        IEnumerable<ImmutableArray<string>> points = [[]];
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var sweep in sweeps)
        {
            var (key, values) = Parse(sweep);
            if (!keys.Add(key))
            {
                throw new OcsInputException(
                    $"--sweep is given twice for {key}; list its values once: --sweep {key}=A,B,C.");
            }

            points = [.. points.SelectMany(point => values.Select(value => point.Add($"{key}={value}")))];
            if (points.Count() > MostPoints)
            {
                throw new OcsInputException($"--sweep asks for more than {MostPoints:N0} runs; give fewer values.");
            }
        }

        ImmutableArray<SweepPoint> all = [.. points.Select(assignments => new SweepPoint(assignments))];
        return all.DistinctBy(point => point.Name).Count() == all.Length
            ? all
            : throw new OcsInputException(
                "--sweep has a value twice, or two values with the same folder name; leave one out.");
    }

    private static (string Key, ImmutableArray<string> Values) Parse(string sweep)
    {
        var equals = sweep.IndexOf('=', StringComparison.Ordinal);
        ImmutableArray<string> values = equals < 1 ? [] : Split(sweep[(equals + 1)..]);
        return values.IsEmpty || values.Any(value => value.Length == 0)
            ? throw new OcsInputException(
                $"--sweep takes a key and its values, such as pruning.target=0.3,0.5,0.7, but was given '{sweep}'.")
            : (sweep[..equals].Trim(), values);
    }

    // Splits at commas outside brackets.
    private static ImmutableArray<string> Split(string text)
    {
        var values = ImmutableArray.CreateBuilder<string>();
        var (start, depth) = (0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
            if (text[i] == ',' && depth == 0)
            {
                values.Add(text[start..i].Trim());
                start = i + 1;
            }
        }

        values.Add(text[start..].Trim());
        return values.ToImmutable();
    }
}

/// <summary>One combination of a sweep's values.</summary>
/// <param name="Assignments">The assignments, as for --set.</param>
internal sealed record SweepPoint(ImmutableArray<string> Assignments)
{
    /// <summary>The name of its run's folder: the last part of each key, and the value.</summary>
    public string Name { get; } = string.Join(',', Assignments.Select(assignment =>
    {
        var parts = assignment.Split('=', 2);
        return string.Concat(
            $"{parts[0].Split('.')[^1]}={parts[1]}".Select(letter =>
                char.IsLetterOrDigit(letter) || "=.-_".Contains(letter, StringComparison.Ordinal) ? letter : '+'));
    }));
}
