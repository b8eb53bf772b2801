using System.Diagnostics;
using System.Text;

namespace Ocs.Cli.Tests.Completing;

/// <summary>The scripts in their shells: what a person types, with Tab keys, becomes the line that runs.</summary>
public sealed class ShellScriptTests : IDisposable
{
    private const string Ran = "RAN";
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);
    private readonly TemporaryFolder _folder = new();

    public ShellScriptTests()
    {
        // The real command answers the shell; a line that is whole is only shown.
        var ocs = _folder.Write(
            "bin/ocs",
            $"""
            #!/bin/sh
            case $1 in
                complete | completion) exec dotnet '{Path.Combine(AppContext.BaseDirectory, "ocs.dll")}' "$@" ;;
            esac
            printf '{Ran}'; printf '[%s]' "$@"; echo
            """);
        Process.Start("chmod", ["755", ocs]).WaitForExit();
        _folder.Write("work/nets/small net.onnx", "");
        _folder.Write("work/run.yaml", "");
        _folder.Write("work/train/x", "");
    }

    public void Dispose() => _folder.Dispose();

    // In bash, where `=` breaks words, and in shells where it does not.
    [ProgramTheory("bash")]
    [InlineData("ocs mod\t\r", "[models]")]
    [InlineData("ocs tra\tru\t\r", "[train][run.yaml]")]
    [InlineData("ocs train --prec\tb\t\r", "[train][--precision][bf16]")]
    [InlineData("ocs train --precision=b\t\r", "[train][--precision=bf16]")]
    [InlineData("ocs train --set training.lay\to\tch\t\r", "[train][--set][training.layout=channels-last]")]
    [InlineData("ocs inspect ne\tsm\t\r", "[inspect][nets/small net.onnx]")]
    [InlineData("ocs inspect 'nets/sm\t\r", "[inspect][nets/small net.onnx]")]
    [InlineData("echo; ocs mod\t\r", "[models]")]
    public void Bash_completes(string keys, string words) =>
        Assert.Equal(words, Type(["bash", "--norc", "--noprofile", "-i"], "source <(ocs completion bash)\r", keys));

    [ProgramTheory("zsh")]
    [InlineData("ocs mod\t\r", "[models]")]
    [InlineData("ocs tra\tru\t\r", "[train][run.yaml]")]
    [InlineData("ocs train --prec\tb\t\r", "[train][--precision][bf16]")]
    [InlineData("ocs train --precision=b\t\r", "[train][--precision=bf16]")]
    [InlineData("ocs train --set training.layo\tch\t\r", "[train][--set][training.layout=channels-last]")]
    [InlineData("ocs inspect ne\tsm\t\r", "[inspect][nets/small net.onnx]")]
    public void Zsh_completes(string keys, string words) => Assert.Equal(
        words,
        Type(["zsh", "-f", "-i"], "autoload -Uz compinit; compinit -D -u; source <(ocs completion zsh)\r", keys));

    [ProgramTheory("fish")]
    [InlineData("mod", "models")]
    [InlineData("train --prec", "--precision")]
    [InlineData("train --precision b", "bf16")]
    [InlineData("train --set training.layout=c", "training.layout=contiguous training.layout=channels-last")]
    [InlineData("inspect nets/", "nets/small net.onnx")]
    public void Fish_completes(string line, string candidates) => Assert.Equal(
        candidates,
        Run('\t', "fish", "--no-config", "-c", $"ocs completion fish | source; complete -C 'ocs {line}'"));

    [ProgramTheory("pwsh")]
    [InlineData("mod", "models")]
    [InlineData("train --prec", "--precision")]
    [InlineData("train --precision b", "bf16")]
    [InlineData("train --set training.layout=c", "training.layout=contiguous training.layout=channels-last")]
    [InlineData("inspect nets/", "'nets/small net.onnx'")]
    [InlineData("data ", "list check pack")]
    public void PowerShell_completes(string line, string candidates) => Assert.Equal(
        candidates,
        Run(
            '\r', "pwsh", "-NoProfile", "-Command",
            "ocs completion pwsh | Out-String | Invoke-Expression; "
            + $"$line = 'ocs {line}'; [System.Management.Automation.CommandCompletion]::CompleteInput("
            + "$line, $line.Length, $null).CompletionMatches | ForEach-Object { $_.CompletionText }"));

    // What a shell prints, a candidate a line; what stands behind one is left out.
    private string Run(char end, string shell, params string[] arguments)
    {
        var start = new ProcessStartInfo(shell, arguments)
        {
            WorkingDirectory = _folder.PathOf("work"),
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["PATH"] = ShellPath;
        start.Environment["HOME"] = _folder.Path;
        using var process = Process.Start(start)!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        return string.Join(' ', lines.Select(line => line.Split(end)[0]));
    }

    private string ShellPath => $"{_folder.PathOf("bin")}:{Environment.GetEnvironmentVariable("PATH")}";

    // The words of the command that ran at last.
    private string Type(string[] shell, string setUp, string keys)
    {
        using var terminal = new PseudoTerminal(200, 24);
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["PATH"] = ShellPath,
            ["HOME"] = _folder.Path,
            ["TERM"] = "xterm",
            ["PS1"] = "> ",
            ["PWD"] = _folder.PathOf("work"),
        };
        using var process = terminal.Start(
            environment, ["sh", "-c", "cd \"$0\" && exec \"$@\"", _folder.PathOf("work"), .. shell]);
        using var watchdog = new Timer(
            _ => process.Kill(entireProcessTree: true), null, Longest, Timeout.InfiniteTimeSpan);
        var shown = new StringBuilder();
        var stage = 0;
        terminal.Type(setUp + "echo READY$((40+2))\r");
        terminal.Read(process, text =>
        {
            shown.Append(text);
            if (stage == 0 && shown.ToString().Contains("READY42", StringComparison.Ordinal))
            {
                (stage, _) = (1, shown.Clear());
                terminal.Type(keys);
            }
            else if (stage == 1 && shown.ToString() is var seen
                && seen.IndexOf($"{Ran}[", StringComparison.Ordinal) is >= 0 and var index
                && seen.IndexOf('\n', index) >= 0)
            {
                stage = 2;
                terminal.Type("\rexit\r");
            }
        });
        var line = shown.ToString();
        var begin = line.IndexOf($"{Ran}[", StringComparison.Ordinal);
        Assert.True(begin >= 0, line);
        return line[(begin + Ran.Length)..].Split('\r', '\n')[0];
    }
}
