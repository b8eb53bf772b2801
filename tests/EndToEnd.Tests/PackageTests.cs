using System.Diagnostics;
using Ocs.Cli.Tests;

namespace Ocs.EndToEnd.Tests;

/// <summary>
/// The packages, from a folder as feed, in a fresh home folder: the command as a .NET tool, the library in a program.
/// </summary>
public sealed class PackageTests : IDisposable
{
    private static readonly string Version = typeof(CommandLine).Assembly.GetName().Version!.ToString(3);
    private readonly TemporaryFolder _folder = new();

    public PackageTests()
    {
        Directory.CreateDirectory(Feed);
        Directory.CreateDirectory(_folder.PathOf("home"));
        _folder.Write(
            "NuGet.config",
            $"""
            <configuration>
              <packageSources><clear /><add key="feed" value="{Feed}" /></packageSources>
            </configuration>
            """);
        UseTheShimThatIsBuilt();
    }

    private string Feed => _folder.PathOf("feed");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_tool_is_installed_and_prunes_a_file()
    {
        Pack("src/Cli/Cli.csproj");
        Run("dotnet", "tool", "install", "Ocs.Tool", "--tool-path", _folder.PathOf("tools"));
        var ocs = _folder.PathOf("tools/ocs");

        Assert.Equal(Version, Run(ocs, "--version").Trim());
        Assert.EndsWith("Training works here.\n", Run(ocs, "doctor"), StringComparison.Ordinal);
        Run(ocs, "export", "cifar_resnet8", "--onnx", "network.onnx");
        Run(ocs, "prune", "network.onnx", "--target", "0.5", "--out", "small.onnx");
        Assert.InRange(Size("small.onnx"), 1, 0.7 * Size("network.onnx"));
    }

    [Fact]
    public void The_library_runs_the_program_of_its_page()
    {
        Pack("packaging/Library/Library.csproj");
        var page = File.ReadAllText(Repository.PathOf("packaging/README.md"));
        _folder.Write("Program.cs", page.Split("```csharp\n")[1].Split("```")[0]);

        // What the library depends on was restored when it was built.
        _folder.Write(
            "app.csproj",
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <RestoreFallbackFolders>{PackageFolder}</RestoreFallbackFolders>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="Ocs" Version="{Version}" /></ItemGroup>
            </Project>
            """);
        Assert.Equal(0, CommandLine.Run("export", "cifar_resnet8", "--onnx", _folder.PathOf("network.onnx")).Code);
        Run("dotnet", "run", "--project", "app.csproj");
        Assert.InRange(Size("small.onnx"), 1, 0.7 * Size("network.onnx"));
    }

    private static string PackageFolder =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
            ? folder
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    // The build of it takes minutes; that it is built is shown by ./ocs itself, which calls the same script.
    private void UseTheShimThatIsBuilt()
    {
        var cache = Directory.CreateDirectory(_folder.PathOf($"home/.cache/ocs/native/{Version}")).FullName;
        foreach (var file in new[] { "libocs_torch.so", "stamp" })
        {
            File.Copy(Repository.PathOf($"artifacts/native/{file}"), Path.Combine(cache, file));
        }
    }

    private void Pack(string project) => Run(
        "dotnet", "pack", Repository.PathOf(project), "-c", "Release", "--no-build", "--nologo", "-o", Feed);

    private long Size(string file) => new FileInfo(_folder.PathOf(file)).Length;

    private string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = _folder.Path,
            Environment =
            {
                ["HOME"] = _folder.PathOf("home"),
                ["DOTNET_CLI_HOME"] = _folder.PathOf("home"),
                ["XDG_CACHE_HOME"] = null,
                ["NUGET_PACKAGES"] = null,
                ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
                ["DOTNET_NOLOGO"] = "1",
            },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {output}");
        return output;
    }
}
