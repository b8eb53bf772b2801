using Xunit.Abstractions;

namespace Ocs.RunLog.Tests;

/// <summary>Damage at random to the files of a run: they are read or refused in one sentence.</summary>
public sealed class RunFuzzTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ITestOutputHelper _output;

    public RunFuzzTests(ITestOutputHelper output)
    {
        _output = output;
        RunLogWriter.WriteSummary(_folder.Path, Samples.Summary);
        using var writer = new RunLogWriter(_folder.Path);
        for (var epoch = 0; epoch < 4; epoch++)
        {
            writer.Append(Samples.Record(epoch) with { Norms = NormHistogram.Of(kept: [0.5, 2], pruned: [0.1]) });
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(RunFolder.LogName, false)]
    [InlineData(RunFolder.LogName, true)]
    [InlineData(RunFolder.SummaryName, false)]
    [InlineData(RunFolder.SummaryName, true)]
    public void Damage_is_read_or_refused_in_one_sentence(string name, bool isWords)
    {
        var (text, bytes) = (File.ReadAllText(_folder.PathOf(name)), File.ReadAllBytes(_folder.PathOf(name)));
        Fuzz.Try<InvalidDataException>(
            $"{name}, {(isWords ? "words" : "bytes")}", _output, _folder.PathOf(name), 30,
            dice =>
            {
                if (isWords)
                {
                    File.WriteAllText(_folder.PathOf(name), Damage.Json(text, dice));
                }
                else
                {
                    File.WriteAllBytes(_folder.PathOf(name), Damage.Bytes(bytes, dice, "{}[]\",:\n"u8));
                }
            },
            () => RunLogReader.Read(_folder.Path));
    }
}
