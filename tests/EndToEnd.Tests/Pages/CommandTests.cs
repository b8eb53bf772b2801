using System.Text.RegularExpressions;
using Ocs.Cli;
using Ocs.Cli.Configuration;
using Xunit.Abstractions;

namespace Ocs.EndToEnd.Tests.Pages;

/// <summary>Commands and configurations that stand on pages are ones that the program takes.</summary>
public sealed partial class CommandTests(ITestOutputHelper output)
{
    // What the script ./ocs does itself.
    private static readonly string[] OfTheScript = ["set-up", "test"];

    private static readonly string[] Languages = ["", "bash", "csharp", "yaml", "python", "text", PageBlock.Indented];

    private static readonly string[] Names = [.. Root().Subcommands.Select(command => command.Name)];

    [Fact]
    public void Every_command_of_a_page_is_run_or_parsed_or_says_why_not()
    {
        var (parsed, marked) = (0, 0);
        List<string> faults = [];
        foreach (var block in Page.Manual.SelectMany(page => page.Blocks).Where(block => block.IsShell))
        {
            foreach (var words in ShellLine.Commands(block.Text))
            {
                if (ShellLine.ArgumentsOfOcs(words, Names) is { } arguments)
                {
                    parsed++;
                    Check(arguments, block.Where, faults);
                }
                else if (block.NotRun is not null)
                {
                    marked++;
                }
                else if (!TutorialTests.Runs(block))
                {
                    faults.Add($"{block.Where}: no test runs `{string.Join(' ', words)}`, and no comment says why.");
                }
            }
        }

        output.WriteLine($"{parsed} commands of ocs are parsed, {marked} of other programs are marked.");
        Faults.None(faults);
        Assert.InRange(parsed, 50, int.MaxValue);
    }

    [Fact]
    public void A_command_within_a_sentence_is_one_too()
    {
        List<string> faults = [];
        foreach (var page in Page.Manual)
        {
            foreach (var (line, text) in page.Spans)
            {
                if (text.StartsWith("ocs ", StringComparison.Ordinal)
                    || text.StartsWith("./ocs ", StringComparison.Ordinal))
                {
                    var arguments = ShellLine.ArgumentsOfOcs(ShellLine.Commands(text).Single(), Names)!;
                    Check(arguments, $"{page.Name}:{line}", faults, isSentence: true);
                }
            }
        }

        Faults.None(faults);
    }

    [Fact]
    public void Every_configuration_of_a_page_is_read()
    {
        List<string> faults = [];
        foreach (var block in Page.Manual.SelectMany(page => page.Blocks)
            .Where(block => block.Language == "yaml" && block.NotRun is null))
        {
            try
            {
                Read(block.Text, []);
            }
            catch (OcsInputException error)
            {
                faults.Add($"{block.Where}: {error.Message}");
            }
        }

        Faults.None(faults);
    }

    [Fact]
    public void Every_block_is_in_a_language_that_a_test_knows_and_a_remark_is_one_that_it_reads()
    {
        var blocks = Page.Manual.SelectMany(page => page.Blocks).ToList();

        Assert.Empty(blocks.Where(block => !Languages.Contains(block.Language)).Select(block => block.Where));
        Assert.Empty(blocks
            .Where(block => (block.Comment.StartsWith("<!-- not", StringComparison.OrdinalIgnoreCase)
                || block.Comment.StartsWith("<!-- file", StringComparison.OrdinalIgnoreCase))
                && block.NotRun is null && block.SavedAs is null)
            .Select(block => block.Where));
    }

    // A program of Python is read by Python, and is run where PyTorch is.
    [Fact]
    public void Every_script_of_a_page_is_whole()
    {
        if (Python.Missing("ast") is not null)
        {
            return;
        }

        foreach (var block in Page.Manual.SelectMany(page => page.Blocks).Where(block => block.Language == "python"))
        {
            var (code, said) = Python.Run("-c", "import ast, sys; ast.parse(sys.argv[1])", block.Text);
            Assert.True(code == 0, $"{block.Where}: {said}");
        }
    }

    private static System.CommandLine.RootCommand Root() => Application.Root(
        new(TextWriter.Null, TextWriter.Null, OutputIsTerminal: false, ErrorIsTerminal: false, CancellationToken.None));

    private static void Check(
        IReadOnlyList<string> arguments, string where, List<string> faults, bool isSentence = false)
    {
        var namesCommand = isSentence && arguments.All(word => Names.Contains(word));
        if (namesCommand || (arguments.Count > 0 && OfTheScript.Contains(arguments[0])))
        {
            return;
        }

        // A sentence leaves out what it does not speak of.
        var sentence = CommandLineErrors.SentenceOf(Root().Parse(arguments));
        if (sentence is not null && isSentence)
        {
            var filled = arguments.Select(word => Placeholder().IsMatch(word) ? "1" : word).ToList();
            sentence = new[] { [], ["1"], (string[])["1", "1"] }
                .Select(more => CommandLineErrors.SentenceOf(Root().Parse([.. filled, .. more])))
                .FirstOrDefault(fault => fault is null, sentence);
        }

        if (sentence is not null)
        {
            faults.Add($"{where}: {sentence}");
            return;
        }

        try
        {
            // The keys that a command sets, with the first value that a sweep gives each.
            var sets = ValuesOf("--set").Where(pair => pair != "KEY=VALUE");
            Read("", [.. sets, .. ValuesOf("--sweep").Select(pair => pair.Split(',')[0])]);
        }
        catch (OcsInputException error)
        {
            faults.Add($"{where}: {error.Message}");
        }

        IEnumerable<string> ValuesOf(string option) => arguments
            .Zip(arguments.Skip(1)).Where(pair => pair.First == option).Select(pair => pair.Second);
    }

    // FILE, N and the like.
    [GeneratedRegex("^[A-Z]+$")]
    private static partial Regex Placeholder();

    // A page leaves out what it does not speak of.
    private static void Read(string text, IReadOnlyList<string> assignments)
    {
        string[] needed = [.. new[] { "model: cifar_resnet20", "data: cifar10" }
            .Where(line => !text.Contains(line.Split(' ')[0], StringComparison.Ordinal))];
        ExperimentOptions.Read($"{text}{string.Join('\n', needed)}", "page", assignments);
    }
}
