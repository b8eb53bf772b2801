namespace Ocs.Cli.Completing;

/// <summary>The shells with a completion script.</summary>
internal enum Shell
{
    Bash,
    Zsh,
    Fish,
    Pwsh,
}

/// <summary>The completion scripts.</summary>
internal static class ShellScripts
{
    /// <summary>The script by which a shell asks the command for candidates.</summary>
    public static string Of(Shell shell)
    {
        using var stream = typeof(ShellScripts).Assembly.GetManifestResourceStream(NameOf(shell))!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string NameOf(Shell shell) => shell switch
    {
        Shell.Bash => "ocs.bash",
        Shell.Zsh => "ocs.zsh",
        Shell.Fish => "ocs.fish",
        _ => "ocs.ps1",
    };
}
