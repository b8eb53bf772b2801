using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Ocs.Training.Telemetry;

namespace Ocs.Cli.Tests.Architecture;

/// <summary>
/// The tables of docs/library.md are the events that the houses log and the instruments that they measure with.
/// Applications rely on the numbers and names, so a change of them has to be seen.
/// </summary>
public sealed partial class TelemetryPageTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs/library.md"));

    [Fact]
    public void The_page_lists_every_event_with_its_number_level_and_values()
    {
        var logged = new[] { "Ocs.Data", "Ocs.Pruning", "Ocs.Training" }
            .SelectMany(house => Assembly.Load(house).GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .OrderBy(message => message.EventId)
            .Select(message => $"{message.EventId} {message.Level} {Values(message.Message)}")
            .ToList();
        var stated = EventRow().Matches(Page)
            .Select(row => row.Groups)
            .Select(row => $"{row["id"]} {row["level"]} {Sorted(row["values"].Value.Split(", "))}");

        Assert.True(logged.Count > 20);
        Assert.Equal(logged.Count, logged.Select(message => message.Split(' ')[0]).Distinct().Count());
        Assert.Equal(logged, stated);
    }

    [Fact]
    public void The_page_lists_every_instrument_with_its_kind_and_unit()
    {
        var found = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == Instruments.Name)
            {
                var kind = instrument.GetType().Name.Split('`')[0].ToLowerInvariant();
                found.Add($"{instrument.Name} {kind} {instrument.Unit}");
            }
        };
        RuntimeHelpers.RunClassConstructor(typeof(Instruments).TypeHandle);
        listener.Start();
        var stated = InstrumentRow().Matches(Page)
            .Select(row => $"{row.Groups["name"]} {row.Groups["kind"]} {row.Groups["unit"]}");

        Assert.Equal(found.Order(StringComparer.Ordinal), stated.Order(StringComparer.Ordinal));
    }

    private static string Values(string message) =>
        Sorted(Hole().Matches(message).Select(hole => hole.Groups["name"].Value));

    private static string Sorted(IEnumerable<string> names) =>
        string.Join(' ', names.Distinct().Order(StringComparer.Ordinal));

    [GeneratedRegex(@"\{(?<name>\w+)(:\w+)?\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Hole();

    [GeneratedRegex(
        @"^\| (?<id>\d{4}) \| (?<level>\w+) \| (?<values>[\w, ]+) \|",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex EventRow();

    [GeneratedRegex(
        @"^\| (?<name>ocs\.\S+) \| (?<kind>counter|gauge) \| (?<unit>\S+) \|",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex InstrumentRow();
}
