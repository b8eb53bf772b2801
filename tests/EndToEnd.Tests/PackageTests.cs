using System.Diagnostics;
using System.Text.RegularExpressions;
using Ocs.Cli.Tests;
using Ocs.Formats;
using Ocs.Graphs;

namespace Ocs.EndToEnd.Tests;

/// <summary>
/// The packages, from a folder as feed, in a fresh home folder: the command as a .NET tool, the library in a program,
/// the template of a program.
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
        RequireNoBuild();
    }

    [Fact]
    public void The_library_runs_the_program_of_its_page()
    {
        Pack("packaging/Library/Library.csproj");
        Pack("packaging/Native/Native.csproj");
        var page = File.ReadAllText(Repository.PathOf("packaging/README.md"));
        _folder.Write("Program.cs", page.Split("```csharp\n")[1].Split("```")[0]);
        _folder.Write(
            "app.csproj",
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Ocs" Version="{Version}" />
                <PackageReference Include="Ocs.Native.linux-x64" Version="{Version}" />
              </ItemGroup>
            </Project>
            """);
        Assert.Equal(0, CommandLine.Run("export", "cifar_resnet8", "--onnx", _folder.PathOf("network.onnx")).Code);
        Run("dotnet", "run", "--project", "app.csproj");
        Assert.InRange(Size("small.onnx"), 1, 0.7 * Size("network.onnx"));
        RequireNoBuild();
    }

    [Fact]
    public void The_template_makes_a_program_that_trains_prunes_and_saves()
    {
        Pack("packaging/Library/Library.csproj");
        Pack("packaging/Templates/Templates.csproj");
        UseTheShimThatIsBuilt();
        Run("dotnet", "new", "install", "Ocs.Templates", "--add-source", Feed);
        Run("dotnet", "new", "ocs", "--name", "Leaves", "--model", "cifar_resnet8", "--size", "16");
        Assert.Equal(
            [".gitignore", "Leaves.csproj", "Program.cs", "README.md", "data", "obj", "run.yaml"],
            Directory.EnumerateFileSystemEntries(_folder.PathOf("Leaves")).Select(Path.GetFileName)
                .Order(StringComparer.Ordinal));
        Assert.Contains(
            $"Include=\"Ocs\" Version=\"{Version}\"",
            File.ReadAllText(_folder.PathOf("Leaves/Leaves.csproj")),
            StringComparison.Ordinal);

        // Without images, a sentence says where they go.
        Run("dotnet", "build", "Leaves/Leaves.csproj", "-c", "Release");
        var program = _folder.PathOf("Leaves/bin/Release/net10.0/Leaves");
        Assert.Contains("train/CLASS and val/CLASS", RunIn("Leaves", 2, program, "2"), StringComparison.Ordinal);

        WritePictures("Leaves/data");
        var output = RunIn("Leaves", 0, program, "6");
        Assert.Equal(6, Regex.Count(output, @"^epoch \d: loss [\d.]+, accuracy [\d.]+", RegexOptions.Multiline));
        var macs = Regex.Match(output, @"([\d,]+) -> ([\d,]+) MACs, accuracy ");
        Assert.InRange(Number(macs.Groups[2]), 1, 0.5 * Number(macs.Groups[1]));
        Assert.True(File.Exists(_folder.PathOf("Leaves/run/report.html")));
        using (var small = Network.Load(_folder.PathOf("Leaves/small.onnx")))
        {
            Assert.Equal<long>([1, 3, 16, 16], small.Graph.InputNodes.Single().Shape);
        }

        // The same for the command.
        var (code, plan, error) = CommandLine.Run(
            "train", _folder.PathOf("Leaves/run.yaml"), "--data-root", _folder.PathOf("Leaves/data"), "--dry-run");
        Assert.True(code == 0, error);
        Assert.Contains("cifar_resnet8", plan, StringComparison.Ordinal);

        static double Number(Group group) =>
            double.Parse(group.Value.Replace(",", "", StringComparison.Ordinal));
    }

    // Two classes of noise, a dark one and a bright one: 40 pictures each to train on.
    private void WritePictures(string data)
    {
        var rng = new Rng(1);
        foreach (var (split, count) in new[] { ("train", 40), ("val", 8) })
        {
            foreach (var (name, least) in new[] { ("ash", 0), ("birch", 120) })
            {
                for (var i = 0; i < count; i++)
                {
                    byte[] planes = [.. Enumerable.Range(0, 3 * 480).Select(_ => (byte)(least + rng.Next(130)))];
                    _folder.Write($"{data}/{split}/{name}/{i}.png", PngFiles.Rgb(20, 24, planes));
                }
            }
        }
    }

    private static string PackageFolder =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
            ? folder
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    // The package's shim was used.
    private void RequireNoBuild() => Assert.False(Directory.Exists(_folder.PathOf("home/.cache/ocs/native")));

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

    private string Run(string program, params string[] arguments) => RunIn("", 0, program, arguments);

    // What it prints, errors included where one is expected.
    private string RunIn(string folder, int code, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.PathOf(folder),
            Environment =
            {
                ["HOME"] = _folder.PathOf("home"),
                ["DOTNET_CLI_HOME"] = _folder.PathOf("home"),
                ["XDG_CACHE_HOME"] = null,
                ["NUGET_PACKAGES"] = null,
                // What the library depends on was restored when it was built.
                ["NUGET_FALLBACK_PACKAGES"] = PackageFolder,
                ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
                ["DOTNET_NOLOGO"] = "1",
            },
        };
        using var process = Process.Start(start)!;
        var reading = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        var errors = reading.Result;
        process.WaitForExit();
        Assert.True(
            process.ExitCode == code,
            $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output}{errors}");
        return code == 0 ? output : output + errors;
    }
}
