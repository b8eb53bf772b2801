using System.Runtime.InteropServices;

namespace Ocs.Core.Interop;

/// <summary>
/// Environment variables for native libraries of this process. .NET's own
/// <see cref="Environment.SetEnvironmentVariable(string, string)"/> changes a copy, which they do not read.
/// </summary>
internal static partial class ProcessEnvironment
{
    /// <summary>
    /// Sets a variable for the libraries that are loaded from now on, and for child processes. To be called before
    /// other threads may read the environment.
    /// </summary>
    /// <returns>Whether the system took it; <see cref="Marshal.GetLastPInvokeErrorMessage"/> says why not.</returns>
    public static bool Set(string name, string value)
    {
        if (SetVariable(name, value, overwrite: 1) != 0)
        {
            return false;
        }

        Environment.SetEnvironmentVariable(name, value);
        return true;
    }

    [LibraryImport("libc", EntryPoint = "setenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
