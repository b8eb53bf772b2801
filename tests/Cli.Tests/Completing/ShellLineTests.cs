using Ocs.Cli.Completing;

namespace Ocs.Cli.Tests.Completing;

/// <summary>Lines of a shell, taken apart and put together as bash does.</summary>
public sealed class ShellLineTests
{
    private const string Breaks = " \t\n\"'@><=;|&(:";

    [Theory]
    [InlineData("ocs", "ocs")]
    [InlineData("ocs ", "ocs|")]
    [InlineData("ocs  train  run", "ocs|train|run")]
    [InlineData("ocs 'my folder/a' b", "ocs|my folder/a|b")]
    [InlineData("ocs \"it's\" ''", "ocs|it's|")]
    [InlineData(@"ocs my\ folder 'a\b' ""c\""d""", @"ocs|my folder|a\b|c""d")]
    [InlineData("ocs 'my fo", "ocs|my fo")]
    [InlineData(@"ocs a\", @"ocs|a\")]
    public void Words_lose_their_quotes(string line, string words) =>
        Assert.Equal(words, string.Join('|', ShellLine.Of(line).Words));

    // Only what stands behind the last `=` or `:` is replaced, for bash takes that for a word of its own.
    [Theory]
    [InlineData("ocs tra", "train", "train")]
    [InlineData("ocs --set training.opt", "training.optimizer=", "training.optimizer=")]
    [InlineData("ocs --set training.optimizer=a", "training.optimizer=adam", "adam")]
    [InlineData("ocs --sweep a=b,", "a=b,c", "b,c")]
    [InlineData("ocs --model=res", "--model=resnet18", "resnet18")]
    [InlineData("ocs --weights a:", "a:b", "b")]
    [InlineData("ocs my", "my folder/it's", @"my\ folder/it\'s")]
    [InlineData("ocs 'my", "my folder/", "my folder/")]
    [InlineData("ocs '--model=my", "--model=my file", "--model=my file")]
    [InlineData("ocs ~/m", "~/my file", @"~/my\ file")]
    public void A_candidate_takes_the_place_of_what_bash_completes(string line, string candidate, string replacement) =>
        Assert.Equal(replacement, ShellLine.Of(line).Replacement(candidate, Breaks));

    [Fact]
    public void Where_bash_breaks_at_no_equals_sign_the_whole_word_is_replaced() =>
        Assert.Equal("--model=resnet18", ShellLine.Of("ocs --model=r").Replacement("--model=resnet18", " \t"));
}
