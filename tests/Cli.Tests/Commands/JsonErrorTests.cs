using Ocs.Cli.Output;

namespace Ocs.Cli.Tests.Commands;

/// <summary>`--json`: one object on standard output, whatever comes of the command.</summary>
public sealed class JsonErrorTests
{
    [Theory]
    [InlineData("inspect", "no_such_network")]
    [InlineData("bench", "--batch", "0", "cifar_resnet8")]
    [InlineData("prune", "cifar_resnet8", "--tarlet", "0.5")]
    [InlineData("train")]
    [InlineData("train", "nowhere.yaml")]
    [InlineData("baseline", "--resume", "nowhere")]
    [InlineData("demo", "--set", "no-key=1")]
    [InlineData("eval", "cifar_resnet8", "--data", "nothing")]
    [InlineData("export", "cifar_resnet8")]
    [InlineData("verify")]
    [InlineData("report", "nowhere")]
    [InlineData("watch", "nowhere", "--port", "-1")]
    [InlineData("data")]
    [InlineData("data", "check", "nothing")]
    [InlineData("data", "list", "--data-root", "/nowhere")]
    [InlineData("data", "pack", "--data-root", "/nowhere")]
    [InlineData("models", "all")]
    [InlineData("no-command")]
    public void An_error_is_an_object_with_its_sentence_and_its_code(params string[] args)
    {
        var result = CommandLine.Run([.. args, "--json"]);

        Assert.Equal(2, result.Code);
        Assert.Equal(2, result.Json.GetProperty("exit_code").GetInt32());
        Assert.Equal(result.Error.TrimEnd('\n'), result.Json.GetProperty("error").GetString());
    }

    [Fact]
    public void Help_and_version_are_objects_too()
    {
        var help = CommandLine.Run("prune", "--help", "--json").Json;
        Assert.Equal("ocs prune", help.GetProperty("command").GetString());
        Assert.Equal("MODEL", help.GetProperty("arguments")[0].GetProperty("name").GetString());
        Assert.Contains(
            help.GetProperty("options").EnumerateArray(),
            option => option.GetProperty("name").GetString() == "--target");
        Assert.Contains(
            help.GetProperty("options").EnumerateArray(), option => option.GetProperty("name").GetString() == "--json");

        var all = CommandLine.Run("--json").Json.GetProperty("commands").EnumerateArray().Select(
            command => command.GetProperty("name").GetString());
        var known = Application.Root(Silent).Subcommands.Where(command => !command.Hidden);
        Assert.Equal(known.Select(command => command.Name), all);
        Assert.Matches(
            @"^\d+\.\d+\.\d+$", CommandLine.Run("--version", "--json").Json.GetProperty("version").GetString());
    }

    // A full disk under standard output.
    [Theory]
    [InlineData(1, "models")]
    [InlineData(1, "models", "--json")]
    [InlineData(1, "inspect", "cifar_resnet8")]
    public void What_cannot_be_shown_is_told_in_one_sentence(int code, params string[] args)
    {
        using var full = new FullWriter();
        using var error = new StringWriter();

        Assert.Equal(code, Application.Run(
            args, new(full, error, OutputIsTerminal: false, ErrorIsTerminal: false, CancellationToken.None)));
        Assert.Equal("Standard output could not be written to (No space left on device), so some output is "
            + "lost.\n", error.ToString());
    }

    [Fact]
    public void What_nobody_foresaw_is_one_sentence_without_a_trace()
    {
        using var error = new StringWriter();
        using var output = new FaultyWriter();

        Assert.Equal(1, Application.Run(
            ["models"], new(output, error, OutputIsTerminal: false, ErrorIsTerminal: false, CancellationToken.None)));
        Assert.Equal(
            "A fault of this program, KeyNotFoundException: The key is missing. OCS_TRACE=1 in the "
                + "environment shows the stack trace.\n", error.ToString());
    }

    private static CommandConsole Silent => new(TextWriter.Null, TextWriter.Null, false, false, CancellationToken.None);

    private sealed class FullWriter : StringWriter
    {
        public override void Write(string? value) => throw new IOException("No space left on device");
    }

    private sealed class FaultyWriter : StringWriter
    {
        public override void Write(string? value) => throw new KeyNotFoundException("The key is missing.");
    }
}
