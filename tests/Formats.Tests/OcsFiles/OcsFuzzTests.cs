using Xunit.Abstractions;

namespace Ocs.Formats.Tests.OcsFiles;

/// <summary>
/// Damage at random to an .ocs file, found by its check sum or not: it is read or refused in one sentence.
/// </summary>
[NoTensorLeaks]
public sealed class OcsFuzzTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ITestOutputHelper _output;
    private readonly OcsBytes _whole;

    public OcsFuzzTests(ITestOutputHelper output)
    {
        _output = output;
        var graph = SmallGraphs.WithOrigin(SmallGraphs.Random(2));
        using var parameters = SmallGraphs.Parameters(graph, 2);
        OcsFile.Write(_folder.PathOf("whole.ocs"), graph, parameters);
        _whole = new(File.ReadAllBytes(_folder.PathOf("whole.ocs")));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Damage_is_found() => Try("bytes", 95, dice => Damage.Bytes(_whole.File, dice));

    [Fact]
    public void Damage_with_a_right_check_sum_is_read_or_refused() =>
        Try("bytes, right check sum", 20, dice => OcsBytes.Sealed(Damage.Bytes(_whole.File, dice)));

    [Fact]
    public void A_header_that_says_something_else_is_read_or_refused() =>
        Try("header, right check sum", 50, dice => _whole.WithHeader(header => Damage.Json(header, dice)));

    private void Try(string kind, int percentRefused, Func<Dice, byte[]> make)
    {
        var path = _folder.PathOf("damaged.ocs");
        Fuzz.Try(
            $".ocs, {kind}", _output, path, percentRefused, dice => File.WriteAllBytes(path, make(dice)), () =>
                OcsFile.Read(path).Dispose());
    }
}
