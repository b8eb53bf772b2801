using System.Diagnostics;

namespace Ocs.EndToEnd.Tests.Pages;

/// <summary>
/// Every tutorial is carried out, block by block in a folder of its own: what it has its reader save is saved, its
/// programs are compiled and run, and its commands are run by a shell. Only the data are small.
/// </summary>
public sealed class TutorialTests
{
    private const string Folder = "docs/tutorials/";

    // A run went to its end, and its network has learnt nothing: no wonder with so few images.
    private const int NotFit = 3;

    public static TheoryData<string> Tutorials =>
        [.. Page.All.Select(page => page.Name).Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(name => Path.GetFileNameWithoutExtension(name)!).Where(name => name != "index")];

    /// <summary>Whether a block is one that the tests of this class run.</summary>
    internal static bool Runs(PageBlock block) =>
        block.Page.StartsWith(Folder, StringComparison.Ordinal) && block.IsShell && block.NotRun is null;

    [Theory]
    [MemberData(nameof(Tutorials))]
    public void A_tutorial_does_what_it_says(string name)
    {
        using var folder = new TemporaryFolder();
        using var tools = new TemporaryFolder();
        TutorialData.Provide(name, folder);
        var ocs = Command(TutorialData.SmallerBy(name));
        var ran = 0;
        foreach (var block in new Page($"{Folder}{name}.md").Blocks)
        {
            if (block.SavedAs is { } file)
            {
                folder.Write(file, block.Text);
            }

            if (block is { IsProgram: true, SavedAs: not null })
            {
                Run(block, folder, Program(block, tools));
                ran++;
            }
            else if (Runs(block))
            {
                Run(block, folder, ocs + block.Text);
                ran++;
            }
        }

        Assert.InRange(ran, 1, int.MaxValue);
    }

    // `ocs` as a reader calls it, on less data.
    private static string Command((string Train, string Eval) smaller) =>
        $$"""
        set -euo pipefail
        ocs() {
            case " $* " in
                *" --resume "*) ;;
                " train "* | " baseline "*) set -- "$@" {{smaller.Train}} ;;
                " eval "* | " quantize "*) set -- "$@" {{smaller.Eval}} ;;
            esac
            dotnet {{Path.Combine(AppContext.BaseDirectory, "ocs.dll")}} "$@" || [ $? = {{NotFit}} ]
        }

        """;

    // The houses are found as this test finds them.
    private static string Program(PageBlock block, TemporaryFolder tools)
    {
        var program = tools.PathOf($"{block.Line}.dll");
        PageProgram.Write(block.Text, program);
        var tests = Path.Combine(AppContext.BaseDirectory, "Ocs.EndToEnd.Tests");
        return $"dotnet exec --runtimeconfig {tests}.runtimeconfig.json --depsfile {tests}.deps.json "
            + $"--additionalprobingpath {AppContext.BaseDirectory} {program}";
    }

    private static void Run(PageBlock block, TemporaryFolder folder, string commands)
    {
        var start = new ProcessStartInfo("bash", ["-c", commands])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{block.Where} ended with {process.ExitCode}:\n{output}{errors.Result}");
    }
}
