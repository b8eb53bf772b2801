using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Ocs.Testing;

/// <summary>
/// A terminal of the system without a window: a program runs in it as under a person's eyes, and the test sees every
/// byte.
/// </summary>
public sealed unsafe partial class PseudoTerminal : IDisposable
{
    private const string Library = "libc";
    private const int ReadWrite = 2; // O_RDWR
    private const int NotControlling = 256; // O_NOCTTY
    private const nuint SetSize = 0x5414; // TIOCSWINSZ
    private readonly SafeFileHandle _master;

    public PseudoTerminal(int columns, int rows)
    {
        _master = new(Check(Open(ReadWrite | NotControlling)), ownsHandle: true);
        Check(Grant(_master));
        Check(Unlock(_master));
        var name = stackalloc byte[64];
        Check(NameOf(_master, name, 64));
        Path = Marshal.PtrToStringUTF8((nint)name)!;
        Resize(columns, rows);
    }

    /// <summary>The device that a program has as its terminal.</summary>
    public string Path { get; }

    /// <summary>Changes the size of the window; the program that runs in it gets SIGWINCH.</summary>
    public void Resize(int columns, int rows)
    {
        var size = stackalloc ushort[4] { (ushort)rows, (ushort)columns, 0, 0 };
        Check(Control(_master, SetSize, size));
    }

    /// <summary>Starts a program with the terminal as its own.</summary>
    public Process Start(IReadOnlyDictionary<string, string?> environment, params ReadOnlySpan<string> command)
    {
        // A session of its own has no terminal, and takes the first that it opens.
        var start = new ProcessStartInfo("setsid", ["sh", "-c", "exec \"$@\" <\"$0\" >\"$0\" 2>&1", Path, .. command]);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Types keys.</summary>
    public void Type(string keys)
    {
        var bytes = Encoding.UTF8.GetBytes(keys);
        fixed (byte* first = bytes)
        {
            Check((int)Write(_master, first, (nuint)bytes.Length));
        }
    }

    /// <summary>Hands on what the program writes until it has ended and everything is read.</summary>
    public void Read(Process process, Action<string> write)
    {
        using var stream = new FileStream(_master, FileAccess.Read, bufferSize: 0);
        var (bytes, letters, decoder) = (new byte[4096], new char[4096], Encoding.UTF8.GetDecoder());
        try
        {
            for (var count = stream.Read(bytes); count > 0; count = stream.Read(bytes))
            {
                write(new(letters, 0, decoder.GetChars(bytes, 0, count, letters, 0)));
            }
        }
        catch (IOException)
        {
            // EIO: no program has the terminal open any more.
        }

        process.WaitForExit();
    }

    public void Dispose() => _master.Dispose();

    private static int Check(int result) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport(Library, EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial int Open(int flags);

    [LibraryImport(Library, EntryPoint = "grantpt", SetLastError = true)]
    private static partial int Grant(SafeFileHandle master);

    [LibraryImport(Library, EntryPoint = "unlockpt", SetLastError = true)]
    private static partial int Unlock(SafeFileHandle master);

    [LibraryImport(Library, EntryPoint = "ptsname_r", SetLastError = true)]
    private static partial int NameOf(SafeFileHandle master, byte* name, nuint length);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle file, byte* bytes, nuint count);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, nuint request, ushort* size);
}
