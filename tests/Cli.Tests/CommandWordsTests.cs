using Ocs.Pruning;
using Ocs.Zoo;

namespace Ocs.Cli.Tests;

public sealed class CommandWordsTests
{
    [Theory]
    [InlineData("`MaximumPruned` must lie in (0, 1]", "maximum-pruned must lie in (0, 1]")]
    [InlineData("a cut at the end (`CutAtEnd = true`)", "a cut at the end (cut-at-end: true)")]
    [InlineData("(`Ranking = PerGroup`)", "(ranking: per-group)")]
    [InlineData("`PhaseTiming.Official` cuts later", "timing official cuts later")]
    [InlineData("`Models.All` lists them all.", "`ocs models` lists them all.")]
    [InlineData("state it with `inputSize`, 3x224x224 for example",
        "state it with --input-size, 3x224x224 for example")]
    public void Names_of_the_API_become_words_of_the_command(string library, string command) =>
        Assert.Equal(command, CommandWords.Of(library));

    [Theory]
    [InlineData("MaximumPruned and Models.All without marks")]
    [InlineData("it names `posix.system`, which has no place in a data file")]
    [InlineData("`Unknown`, `Unknown = 3`, `PhaseTiming.`, `model: resnet50`, a lone ` and `")]
    [InlineData("`ocs models` lists them all.")]
    public void All_else_stays(string text) => Assert.Equal(text, CommandWords.Of(text));

    [Fact]
    public void Errors_of_the_library_name_its_properties_and_the_command_its_keys()
    {
        var error = Assert.Throws<OcsInputException>(() => new OneCycleOptions { RoundTo = 0 }.Validate());
        Assert.Equal("Pruning options: `RoundTo` must be at least 1, but is 0.", error.Message);
        Assert.Equal("Pruning options: round-to must be at least 1, but is 0.", CommandWords.Of(error.Message));

        error = Assert.Throws<OcsInputException>(() => Models.Find("resnet5"));
        Assert.EndsWith("`Models.All` lists them all.", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("`ocs models` lists them all.", CommandWords.Of(error.Message), StringComparison.Ordinal);
    }
}
