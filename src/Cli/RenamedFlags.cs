using System.Collections.Immutable;
using Ocs.Cli.Output;

namespace Ocs.Cli;

/// <summary>Flags of older versions. They still work, and a sentence gives the new name.</summary>
internal static class RenamedFlags
{
    private static readonly ImmutableArray<(string Command, string Old, string New)> Table =
    [
        ("prune", "--criterion", "--saliency"),
        ("prune", "--budget", "--resource"),
        ("prune", "--max-pruned", "--maximum-pruned"),
        ("prune", "--min-channels", "--minimum-channels"),
    ];

    /// <summary>The command line with the new names.</summary>
    public static IReadOnlyList<string> Replace(IReadOnlyList<string> args, CommandConsole console)
    {
        string[] replaced = [.. args];
        var called = args.FirstOrDefault(arg => !arg.StartsWith('-'));
        foreach (var (command, old, now) in Table.Where(row => row.Command == called))
        {
            var found = false;
            for (var index = 0; index < replaced.Length; index++)
            {
                if (replaced[index] == old || replaced[index].StartsWith($"{old}=", StringComparison.Ordinal))
                {
                    (replaced[index], found) = (now + replaced[index][old.Length..], true);
                }
            }

            if (found)
            {
                console.Error.WriteLine($"Note: {old} of `ocs {command}` is called {now} now.");
            }
        }

        return replaced;
    }
}
