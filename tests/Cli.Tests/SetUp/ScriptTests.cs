namespace Ocs.Cli.Tests.SetUp;

/// <summary>The script `ocs`: what it asks for, who may run what is built, and what it does not take.</summary>
public sealed class ScriptTests : IDisposable
{
    private readonly Checkout _checkout = new();

    public void Dispose() => _checkout.Dispose();

    [Theory]
    [InlineData("models")]
    [InlineData("report run")]
    [InlineData("watch run")]
    [InlineData("train --help")]
    [InlineData("--version")]
    public void What_only_reads_needs_no_libtorch_no_compiler_and_no_data(string command)
    {
        var outcome = _checkout.Ocs(command);

        Assert.Equal($"ocs {command}: 1 0 1", outcome.Output);
        Assert.Equal("building ocs ...", outcome.Errors);
    }

    [Fact]
    public void A_press_of_the_tab_key_builds_nothing()
    {
        Assert.Equal(new(0, "", ""), _checkout.Ocs("complete -- tra"));

        _checkout.Ocs("models");
        File.SetLastWriteTimeUtc(_checkout.PathOf("src/Cli/Cli.csproj"), DateTime.UtcNow.AddMinutes(1));
        Assert.Equal(new(0, "ocs complete -- tra: 1 0 1", ""), _checkout.Ocs("complete -- tra"));
    }

    [Fact]
    public void A_missing_compiler_is_named_and_nothing_that_the_command_does_not_need()
    {
        var outcome = _checkout.Ocs("train run.yaml");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Equal(
            "To build ocs these are missing, and there is no apt-get to install them with: g++ cmake make "
                + "binutils (Debian's names); "
            + "install them, then run this again.",
            outcome.Errors);
    }

    [RootFact]
    public void Who_may_not_install_is_told_the_command_for_root()
    {
        _checkout.AddTool("apt-get", "exit 1");
        _checkout.Run("chmod", ["-R", "a+rwX", _checkout.PathOf(".")]);
        var outcome = _checkout.Ocs("eval model.ocs", Checkout.Nobody);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Equal(
            "To build ocs these are missing: g++ cmake make binutils; run \"apt-get install g++ cmake make binutils\" "
                + "as root, then run this again.",
            outcome.Errors);
    }

    [Fact]
    public void Set_up_builds_and_runs_nothing()
    {
        var outcome = _checkout.Ocs("set-up");
        Assert.Equal(2, outcome.ExitCode);
        File.WriteAllText(_checkout.PathOf("native/built"), "");

        Assert.Equal(new(0, "", "building ocs ..."), _checkout.Ocs("set-up"));
        Assert.Equal(new(0, "", ""), _checkout.Ocs("set-up"));
        Assert.True(File.Exists(_checkout.PathOf("artifacts/ocs/current/ocs.dll")));
    }

    [Fact]
    public void With_libtorch_and_shim_there_everything_starts_without_apt_get()
    {
        File.WriteAllText(_checkout.PathOf("native/built"), "");

        Assert.All(
            (string[])["demo", "train fashion-mnist.yaml", "prune x.onnx", "bench x.onnx"],
            command => Assert.Equal($"ocs {command}: 1 0 1", _checkout.Ocs(command).Output));
    }

    [RootFact]
    public void Another_user_runs_what_root_has_built()
    {
        File.WriteAllText(_checkout.PathOf("native/built"), "");
        Assert.Equal(0, _checkout.Ocs("models").ExitCode);

        foreach (var command in (string[])["models", "train run.yaml"])
        {
            var outcome = _checkout.Ocs(command, Checkout.Nobody);
            Assert.Equal($"ocs {command}: 1 0 1", outcome.Output);
            Assert.Equal("", outcome.Errors);
        }
    }

    [RootFact]
    public void Another_user_is_told_when_the_sources_are_newer_than_the_program()
    {
        _checkout.Ocs("models");
        File.SetLastWriteTimeUtc(_checkout.PathOf("src/Cli/Cli.csproj"), DateTime.UtcNow.AddMinutes(1));
        var outcome = _checkout.Ocs("models", Checkout.Nobody);

        Assert.Equal("ocs models: 1 0 1", outcome.Output);
        Assert.StartsWith(
            "Note: ocs runs as it was built, from older sources than those in ", outcome.Errors,
            StringComparison.Ordinal);
    }

    [RootFact]
    public void Another_user_learns_who_has_to_build()
    {
        var outcome = _checkout.Ocs("models", Checkout.Nobody);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Matches(
            "^ocs is not built yet, and nobody may not write to .*/artifacts: let root run \"./ocs set-up\" once, or "
                + "use another checkout.$", outcome.Errors);
    }

    [RootFact]
    public void A_program_that_may_not_be_read_ends_in_one_sentence()
    {
        _checkout.Ocs("models");
        _checkout.Run(
            "chmod", ["700", Directory.GetDirectories(_checkout.PathOf("artifacts/ocs"), "build.*").Single()]);
        var outcome = _checkout.Ocs("models", Checkout.Nobody);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Matches(
            "^nobody cannot read the program in .*: let root run \"chmod -R a\\+rX .*/artifacts\".$", outcome.Errors);
    }
}
