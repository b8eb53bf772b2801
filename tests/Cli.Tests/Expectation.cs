namespace Ocs.Cli.Tests;

/// <summary>Compares a text with a file in Expectations/. OCS_ACCEPT=1 writes the file instead.</summary>
internal static class Expectation
{
    public static void Matches(string name, string actual)
    {
        var path = Repository.PathOf($"tests/Cli.Tests/Expectations/{name}.txt");
        var text = string.Join('\n', actual.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd()))
            .TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("OCS_ACCEPT") == "1")
        {
            File.WriteAllText(path, text);
        }

        Assert.Equal(File.ReadAllText(path), text);
    }
}
