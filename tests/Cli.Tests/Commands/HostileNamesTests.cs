using Ocs.Formats;
using Ocs.Graphs;

namespace Ocs.Cli.Tests.Commands;

/// <summary>Names out of other people's files that a terminal would obey: none of them reaches it as it is.</summary>
[NoTensorLeaks]
public sealed class HostileNamesTests : IDisposable
{
    private const string Evil = "a\e[31m\e]0;title\a\rb\nc\u009b2J\u202e";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("inspect")]
    [InlineData("inspect", "--json")]
    [InlineData("prune", "--target", "0.4", "--out", "OUT")]
    [InlineData("verify")]
    [InlineData("bench", "--runs", "1", "--runtimes", "libtorch")]
    public void Names_within_a_network_are_shown_and_not_obeyed(string command, params string[] options)
    {
        var file = _folder.PathOf("evil.ocs");
        var builder = new GraphBuilder(Evil);
        var x = builder.Input("input", 3, 8, 8);
        x = builder.Relu(Evil + "act", builder.Conv2d(Evil + "conv", x, 8, 3, padding: 1));
        x = builder.Linear(Evil + "head", builder.Flatten("flat", builder.AdaptiveAveragePool2d("pool", x, 1)), 4);
        var graph = builder.Build(x);
        using (var parameters = ParameterTable.Initialize(graph, seed: 0))
        {
            OcsFile.Write(file, graph, parameters);
        }

        var result = CommandLine.Run(
            [command, file, .. options.Select(option => option == "OUT" ? _folder.PathOf("small.ocs") : option)]);

        Assert.True(result.Code == 0, result.Error);
        AssertClean(result);
        Assert.Contains(
            @"\u001b[31m", command == "inspect" ? result.Output : @"\u001b[31m", StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("check")]
    [InlineData("check", "--json")]
    public void Names_of_files_are_shown_and_not_obeyed(string command, params string[] options)
    {
        foreach (var split in new[] { "train", "val" })
        {
            Directory.CreateDirectory(_folder.PathOf($"images/{split}/class{Evil}"));
            File.WriteAllBytes(_folder.PathOf($"images/{split}/class{Evil}/{Evil}.jpg"), [1, 2, 3]);
        }

        var result = CommandLine.Run(
            ["data", command, "imagefolder", "--data-root", _folder.PathOf("images"), .. options]);

        Assert.Equal(2, result.Code);
        AssertClean(result);
        Assert.Contains(@"\u001b[31m", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_argument_is_shown_and_not_obeyed()
    {
        var result = CommandLine.Run("inspect", Evil);

        Assert.Equal(2, result.Code);
        AssertClean(result);
    }

    private static void AssertClean(CommandResult result) => Assert.DoesNotContain(
        result.Output + result.Error, letter => (char.IsControl(letter) && letter != '\n') || letter == '\u202e');
}
