using Ocs.Cli.Output;

namespace Ocs.Cli.Tests.Commands;

/// <summary>What commands show in narrow and in wide terminals.</summary>
[NoTensorLeaks]
public sealed class NarrowTerminalTests : IDisposable
{
    private static readonly int[] Widths = [40, 60, 80, 200];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("models")]
    [InlineData("data", "list")]
    [InlineData("doctor")]
    [InlineData("inspect", "cifar_resnet56")]
    [InlineData("inspect", "vit_b_16")]
    [InlineData("inspect", "densenet121")]
    [InlineData("bench", "cifar_resnet8", "cifar_resnet20", "--runs", "1", "--warm-up", "0", "--batch", "1,2")]
    [InlineData("eval", "cifar_resnet8", "--data", "fashion-mnist", "--data-limit", "20")]
    [InlineData("prune", "cifar_resnet8", "--target", "0.5", "--out", "OUT")]
    [InlineData("verify", "cifar_resnet8", "cifar_resnet8")]
    public void Nothing_is_wider_than_the_terminal(params string[] args)
    {
        Assert.All(Widths, columns =>
        {
            using var output = new StringWriter();
            var console = new CommandConsole(
                output, TextWriter.Null, OutputIsTerminal: true, ErrorIsTerminal: false, CancellationToken.None)
            {
                Terminal = new(true, false, false, true, () => new(columns, 24)),
            };

            Application.Run([.. args.Select(arg => arg == "OUT" ? _folder.PathOf("small.ocs") : arg)], console);

            var lines = output.ToString().Split('\n');
            Assert.NotEmpty(output.ToString());
            Assert.All(lines, line => Assert.True(TextWidth.Of(line) <= columns
                || !line.Trim().Contains(' ', StringComparison.Ordinal), line));
            Assert.All(lines, line => Assert.Equal(line.TrimEnd(), line));
        });
    }
}
