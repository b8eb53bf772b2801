using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Ocs.EndToEnd.Tests;

/// <summary>
/// Runs the program in an empty home and an empty folder of temporary files, and lists what it touches beside its
/// working folder.
/// </summary>
/// <remarks>
/// What stays behind is seen everywhere. Where strace may be used, files that are removed again, connections and
/// look-ups of names are seen, too.
/// </remarks>
internal sealed partial class Footprint
{
    private const string Calls =
        "connect,sendto,sendmsg,sendmmsg,open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,symlink,symlinkat";
    private static readonly bool CanTrace = MayTrace();
    private readonly string _home;
    private readonly string _temporary;
    private readonly string _work;
    private readonly string _trace;

    /// <param name="folder">An empty folder; the program works in <c>work</c> below it.</param>
    public Footprint(string folder)
    {
        _home = Directory.CreateDirectory(Path.Combine(folder, "home")).FullName;
        _temporary = Directory.CreateDirectory(Path.Combine(folder, "tmp")).FullName;
        _work = Directory.CreateDirectory(Path.Combine(folder, "work")).FullName;
        _trace = Path.Combine(folder, "trace");
    }

    /// <summary>What a command made or wrote beside its working folder, and whom it spoke to.</summary>
    public IReadOnlyList<string> Of(params string[] args)
    {
        string[] command = ["dotnet", Path.Combine(AppContext.BaseDirectory, "ocs.dll"), .. args];
        var start = CanTrace
            ? new ProcessStartInfo(
                "strace",
                [
                    "-f", "-qq", "--seccomp-bpf", "-s", "4096", "-e", $"trace={Calls}", "-e", "signal=none",
                    "-o", _trace, .. command,
                ])
            : new ProcessStartInfo(command[0], command[1..]);
        start.WorkingDirectory = _work;
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.Environment["HOME"] = _home;
        start.Environment["TMPDIR"] = _temporary;
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // as ./ocs does
        start.Environment["ORT_DISABLE_TELEMETRY"] = "0";
        start.Environment.Remove("XDG_CACHE_HOME");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        // Short runs learn nothing, which is told by 3.
        Assert.True(process.ExitCode is 0 or 3, $"{string.Join(' ', args)}: {output.Result}{errors}");

        string[] folders = [_home, _temporary];
        var touched = folders
            .SelectMany(folder => Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles("/tmp", $"mat-debug-{process.Id}*"));
        return [.. CanTrace ? touched.Concat(File.ReadLines(_trace).Where(IsOutside)) : touched];
    }

    private static bool MayTrace()
    {
        try
        {
            using var process = Process.Start("strace", ["-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "true"]);
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private bool IsOutside(string call) =>
        ALookUp().IsMatch(call) || (AConnection().IsMatch(call) && !ToThisMachine().IsMatch(call))
            || (AChange().Match(call) is { Success: true } change
                && Path.GetFullPath(change.Groups["path"].Value, _work) is var path
                && path != _work && !path.StartsWith(_work + "/", StringComparison.Ordinal)
                && !path.StartsWith("/dev/", StringComparison.Ordinal)
                && !path.StartsWith("/proc/", StringComparison.Ordinal));

    [GeneratedRegex("sa_family=AF_INET")]
    private static partial Regex AConnection();

    [GeneratedRegex("inet_addr\\(\"127\\.|inet_pton\\(AF_INET6, \"(::1|::ffff:127\\.[^\"]*)\"")]
    private static partial Regex ToThisMachine();

    // Names of machines are looked up by asking a server at port 53, or systemd. The socket of nscd is used for names
    // of users, too.
    [GeneratedRegex("/systemd/resolve/|htons\\(53\\)")]
    private static partial Regex ALookUp();

    [GeneratedRegex(
        """(open|openat)\((AT_FDCWD, )?"(?<path>[^"]*)", [^)]*(O_WRONLY|O_RDWR|O_CREAT)"""
        + """|(creat|mkdir|mkdirat|rename\w*|symlink\w*)\((AT_FDCWD, )?("[^"]*", (AT_FDCWD, )?)?"(?<path>[^"]*)""")]
    private static partial Regex AChange();
}
