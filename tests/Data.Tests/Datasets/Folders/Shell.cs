using System.Diagnostics;

namespace Ocs.Data.Tests.Datasets.Folders;

/// <summary>Makes files that .NET cannot make.</summary>
internal static class Shell
{
    /// <summary>Runs a line of `sh` with $1, $2 and so on.</summary>
    public static void Run(string line, params string[] arguments)
    {
        using var process = Process.Start("sh", ["-c", line, "sh", .. arguments]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>Copies a file into a folder under a name that is not UTF-8.</summary>
    public static void CopyWithLatinName(string file, string folder) =>
        Run("""cp "$1" "$2/$(printf 'caf\351.jpg')" """, file, folder);
}
