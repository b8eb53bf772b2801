using Xunit;

namespace Ocs.Testing;

/// <summary>
/// A theory that needs programs that not every system has; it is skipped where one of them is missing.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProgramTheoryAttribute : TheoryAttribute
{
    public ProgramTheoryAttribute(params string[] programs)
    {
        ArgumentNullException.ThrowIfNull(programs);
        Programs = programs;
        Skip = Array.Find(programs, program => !IsThere(program)) is { } missing ? $"{missing} is not there" : null;
    }

    public IReadOnlyList<string> Programs { get; }

    private static bool IsThere(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Any(folder => File.Exists(Path.Combine(folder, program)));
}
