using Ocs.Cli.Configuration;
using Xunit.Abstractions;

namespace Ocs.Cli.Tests.Configuration;

/// <summary>Damage at random to configurations: they are read or refused in one sentence.</summary>
public sealed class YamlFuzzTests(ITestOutputHelper output)
{
    private static readonly string[] Experiments =
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "experiments"), "*.yaml",
            SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    [Fact]
    public void Damage_is_read_or_refused_in_one_sentence()
    {
        Assert.NotEmpty(Experiments);
        var text = "";
        Fuzz.Try(
            "YAML", output, "", 30,
            dice => text = Damage.Yaml(
                dice.Chance(0.5) ? File.ReadAllText(dice.Pick(Experiments)) : new ExperimentOptions().ToYaml(), dice),
            () => ExperimentOptions.Read(text, "wrong.yaml", []));
    }
}
