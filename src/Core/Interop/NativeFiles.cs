using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ocs.Core.Interop;

/// <summary>What the system does with files and .NET has no call for.</summary>
internal static unsafe partial class NativeFiles
{
    private const int ReadOnly = 0;
    private const int ReadWrite = 2;
    private const int Create = 0x40;
    private const int CloseOnExecute = 0x80000;
    private const int UsualMode = 0x1A4;
    private const int LockExclusiveAtOnce = 6;
    private const int WouldBlock = 11;
    private const int CurrentFolder = -100;
    private const int DoNotFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint TypeAndInode = 0x101;
    private const int IdentityLength = 256;

    /// <summary>Opens a folder, or a file without asking for a lock as .NET does.</summary>
    /// <exception cref="IOException">The system says no.</exception>
    public static SafeFileHandle OpenToRead(string path) => Checked(Open(path, ReadOnly | CloseOnExecute, 0), path);

    /// <summary>Opens a file, or makes it, without asking for a lock as .NET does.</summary>
    /// <exception cref="IOException">The system says no.</exception>
    public static SafeFileHandle OpenOrCreate(string path) =>
        Checked(Open(path, ReadWrite | Create | CloseOnExecute, UsualMode), path);

    /// <summary>
    /// A file in memory that has no name: it takes no folder and no room on a disk, and is gone when it is closed.
    /// </summary>
    /// <exception cref="IOException">The system says no.</exception>
    public static SafeFileHandle CreateInMemory(string label) => Checked(MemoryFile(label, 1), label);

    /// <summary>
    /// Locks a file against every other process, without waiting; the system frees it when the process ends, however it
    /// ends.
    /// </summary>
    /// <param name="file">The open file.</param>
    /// <param name="problem">Why there are no locks here; null if there are.</param>
    /// <returns>False if another one has the lock.</returns>
    public static bool TryLock(SafeFileHandle file, out string? problem)
    {
        problem = null;
        if (Lock(file, LockExclusiveAtOnce) == 0)
        {
            return true;
        }

        if (Marshal.GetLastPInvokeError() == WouldBlock)
        {
            return false;
        }

        problem = Marshal.GetLastPInvokeErrorMessage();
        return true;
    }

    /// <summary>What is at a path; null if nothing is, or nothing that one may look at.</summary>
    public static FileIdentity? IdentityOf(string path, bool followLinks)
    {
        var found = stackalloc byte[IdentityLength];
        return Identify(CurrentFolder, path, followLinks ? 0 : DoNotFollow, TypeAndInode, found) == 0
            ? Read(found)
            : null;
    }

    /// <summary>What an open file is.</summary>
    public static FileIdentity? IdentityOf(SafeFileHandle file)
    {
        var found = stackalloc byte[IdentityLength];
        return Identify(file, "", EmptyPath, TypeAndInode, found) == 0 ? Read(found) : null;
    }

    // struct statx of <linux/stat.h>, the same on every processor.
    private static FileIdentity Read(byte* found) => new(
        (FileKind)(*(ushort*)(found + 28) & 0xF000),
        *(ulong*)(found + 32),
        *(uint*)(found + 136),
        *(uint*)(found + 140));

    private static SafeFileHandle Checked(int descriptor, string path) => descriptor >= 0
        ? new(descriptor, ownsHandle: true)
        : throw new IOException($"{path} could not be opened: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport(
        "libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemoryFile(string label, uint flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Identify(int folder, string path, int flags, uint mask, byte* found);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Identify(SafeFileHandle file, string path, int flags, uint mask, byte* found);
}

/// <summary>The kinds of what can be at a path, as the system numbers them.</summary>
internal enum FileKind
{
    Unknown = 0,
    Pipe = 0x1000,
    CharacterDevice = 0x2000,
    Folder = 0x4000,
    BlockDevice = 0x6000,
    Ordinary = 0x8000,
    Link = 0xA000,
    Socket = 0xC000,
}

/// <summary>What is at a path; two paths of the same identity are names of one file.</summary>
internal readonly record struct FileIdentity(FileKind Kind, ulong Inode, uint DeviceMajor, uint DeviceMinor);
