using Ocs.Reporting.Html;
using Ocs.RunLog;
using Xunit.Abstractions;

namespace Ocs.Reporting.Tests;

/// <summary>Damage at random to the files of a run: what the reader lets through has a report.</summary>
public sealed class ReportFuzzTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(RunFolder.LogName)]
    [InlineData(RunFolder.SummaryName)]
    public void A_damaged_run_is_refused_in_one_sentence_or_has_a_report(string name)
    {
        SampleRun.WriteTo(_folder.Path);
        var text = File.ReadAllText(_folder.PathOf(name));
        Fuzz.Try<InvalidDataException>(
            $"report of a run, {name}", output, _folder.PathOf(name), 20,
            dice => File.WriteAllText(_folder.PathOf(name), Damage.Json(text, dice)),
            () =>
            {
                var run = RunLogReader.Read(_folder.Path);
                HtmlReport.Render(run);
                HtmlComparison.Render([run, SampleRun.Folder], _ => null);
            });
    }

    [Theory]
    [InlineData("\"groups\": [", "\"groups\": null, \"x\": [", "(at $.groups)")]
    [InlineData("\"channels_before\": 16", "\"channels_before\": 2147483647", "layers[0] is impossible")]
    [InlineData(
        "\"macs_after\": ", "\"macs_after\": -9223372036854775808, \"x\": ",
        "macs_before and macs_after are not possible costs")]
    public void Numbers_that_no_run_has_are_refused(string part, string other, string reason)
    {
        SampleRun.WriteTo(_folder.Path);
        var text = File.ReadAllText(_folder.PathOf(RunFolder.SummaryName));
        var place = text.IndexOf(part, StringComparison.Ordinal);
        Assert.True(place >= 0, text[..1000]);
        File.WriteAllText(_folder.PathOf(RunFolder.SummaryName), text[..place] + other + text[(place + part.Length)..]);

        var refusal = Assert.Throws<InvalidDataException>(() => RunLogReader.Read(_folder.Path));

        Assert.Contains(_folder.PathOf(RunFolder.SummaryName), refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }
}
