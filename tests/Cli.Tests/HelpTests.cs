namespace Ocs.Cli.Tests;

/// <summary>What `--help` says, command by command.</summary>
public class HelpTests
{
    public static TheoryData<string> Commands =>
        [
            "", "demo", "train", "baseline", "prune", "eval", "inspect", "export", "quantize", "verify", "bench",
            "detect", "report", "watch", "data", "data list", "data check", "data pack", "models",
        ];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Help_is_as_expected(string command)
    {
        var result = CommandLine.Run([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.Equal(0, result.Code);
        Assert.Empty(result.Error);
        Expectation.Matches($"help {command}".Trim().Replace(' ', '-'), result.Output);
    }

    [Fact]
    public void No_command_shows_the_help()
    {
        var result = CommandLine.Run();

        Assert.Equal(0, result.Code);
        Assert.Equal(CommandLine.Run("--help").Output, result.Output);
    }

    [Fact]
    public void The_version_is_the_projects()
    {
        var result = CommandLine.Run("--version");

        Assert.Equal(0, result.Code);
        Assert.Matches(@"^\d+\.\d+\.\d+\s*$", result.Output);
    }
}
