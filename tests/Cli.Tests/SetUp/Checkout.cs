using System.Diagnostics;

namespace Ocs.Cli.Tests.SetUp;

/// <summary>
/// A checkout with the script `ocs` and nothing to build: .NET and the shim's build are stand-ins that say what they
/// were asked.
/// </summary>
/// <remarks>Only the tools of a bare system are found: no apt-get, no sudo, no compiler, no npm.</remarks>
internal sealed class Checkout : IDisposable
{
    /// <summary>A user who owns nothing.</summary>
    public const string Nobody = "65534";

    private const string BareTools =
        "bash sh env readlink dirname basename id stat find grep cat mkdir mktemp chmod cp ln mv touch rm flock sed "
            + "sort head setpriv";

    private static readonly string[] Files =
    [
        "src/Cli/Cli.csproj", "src/Reporting/Html/web/node_modules/.package-lock.json", "experiments/demo.yaml",
        "docs/configuration.md",
        "Directory.Build.props", "global.json", "onnx.proto",
    ];

    private readonly TemporaryFolder _folder = new();

    public Checkout()
    {
        // The folder's own mode lets only its owner in.
        Run("chmod", ["755", _folder.Path]);
        Directory.CreateDirectory(Tools);
        foreach (var tool in BareTools.Split(' '))
        {
            if (Array.Find(["/usr/bin", "/bin"], folder => File.Exists(Path.Combine(folder, tool))) is { } folder)
            {
                File.CreateSymbolicLink(Path.Combine(Tools, tool), Path.Combine(folder, tool));
            }
        }

        File.Copy(Repository.PathOf("ocs"), PathOf("ocs"));
        AddTool(
            "../native/build.sh",
            "if [ \"$1\" = --check ]; then [ -e \"$(dirname \"$0\")/built\" ]; else echo 'the shim is built' >&2; fi");
        AddTool("dotnet", """
            case $1 in
                --list-sdks) echo '10.0.100 [/nowhere]' ;;
                build)
                    cd "$(dirname "$2")/../.." && touch src/Reporting/Html/web && mkdir -p artifacts/bin/Cli/release &&
                        echo program >artifacts/bin/Cli/release/ocs.dll
                    ;;
                *)
                    cat "$1" >/dev/null && shift &&
                        echo "ocs $*: $ORT_DISABLE_TELEMETRY $DOTNET_EnableDiagnostics $DOTNET_CLI_TELEMETRY_OPTOUT"
                    ;;
            esac
            """);
        foreach (var file in Files)
        {
            _folder.Write(file, "");
        }
    }

    private string Tools => PathOf("tools");

    public string PathOf(string name) => _folder.PathOf(name);

    /// <summary>Puts a shell script among the tools.</summary>
    public void AddTool(string name, string script)
    {
        var path = _folder.Write(Path.Combine("tools", name), $"#!/bin/sh\n{script}\n");
        Run("chmod", ["755", path]);
    }

    /// <summary>Runs `./ocs` with these arguments, as this user.</summary>
    public Outcome Ocs(string arguments, string? user = null)
    {
        string[] script = [PathOf("ocs"), .. arguments.Split(' ')];
        return user is null
            ? Run(script[0], script[1..])
            : Run("setpriv", ["--reuid", user, "--regid", user, "--clear-groups", .. script]);
    }

    public Outcome Run(string program, string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/timeout", ["30", program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Directory.Exists(Tools))
        {
            start.Environment["PATH"] = Tools;
        }

        foreach (var variable in new[] { "OCS_DATA", "HOME", "DOTNET_ROOT" })
        {
            start.Environment.Remove(variable);
        }

        start.Environment["LIBTORCH"] = "/some/libtorch";
        start.Environment["OnnxProto"] = PathOf("onnx.proto");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output.Result.Trim(), errors.Trim());
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>How a run ended.</summary>
    public sealed record Outcome(int ExitCode, string Output, string Errors);
}
