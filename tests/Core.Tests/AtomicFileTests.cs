using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text;

namespace Ocs.Core.Tests;

[SupportedOSPlatform("linux")]
public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_link_stays_and_the_file_that_it_leads_to_is_replaced()
    {
        Directory.CreateDirectory(_folder.PathOf("elsewhere"));
        File.WriteAllText(_folder.PathOf("elsewhere/target.txt"), "old");
        File.CreateSymbolicLink(_folder.PathOf("second.txt"), _folder.PathOf("elsewhere/target.txt"));
        File.CreateSymbolicLink(_folder.PathOf("first.txt"), "second.txt");

        AtomicFile.Write(_folder.PathOf("first.txt"), Text("new"));

        Assert.Equal("second.txt", new FileInfo(_folder.PathOf("first.txt")).LinkTarget);
        Assert.Equal("new", File.ReadAllText(_folder.PathOf("elsewhere/target.txt")));
        Assert.Single(Directory.GetFileSystemEntries(_folder.PathOf("elsewhere")));
    }

    [Fact]
    public void A_link_to_a_file_that_is_not_there_makes_it()
    {
        File.CreateSymbolicLink(_folder.PathOf("link.txt"), "target.txt");

        AtomicFile.Write(_folder.PathOf("link.txt"), Text("new"));

        Assert.Equal("new", File.ReadAllText(_folder.PathOf("target.txt")));
        Assert.NotNull(new FileInfo(_folder.PathOf("link.txt")).LinkTarget);
    }

    [Fact]
    public void A_device_is_written_to_and_stays()
    {
        AtomicFile.Write("/dev/null", Text("gone"));

        Assert.False(AtomicFile.IsReplaceable("/dev/null"));
        Assert.Throws<IOException>(() => AtomicFile.Write("/dev/full", Text("no room")));
        Assert.False(AtomicFile.IsReplaceable("/dev/full"));
    }

    [Fact]
    public async Task A_pipe_is_written_to_and_stays()
    {
        var pipe = _folder.PathOf("pipe");
        using (var make = Process.Start("mkfifo", [pipe]))
        {
            await make.WaitForExitAsync();
        }

        var read = Task.Run(() => File.ReadAllText(pipe));
        AtomicFile.Write(pipe, Text("through"));

        Assert.Equal("through", await read);
        Assert.False(AtomicFile.IsReplaceable(pipe));
    }

    [Fact]
    public void A_file_keeps_its_permissions()
    {
        const UnixFileMode Mode =
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherExecute;
        File.WriteAllText(_folder.PathOf("a.txt"), "old");
        File.SetUnixFileMode(_folder.PathOf("a.txt"), Mode);

        AtomicFile.Write(_folder.PathOf("a.txt"), Text("new"));

        Assert.Equal(Mode, File.GetUnixFileMode(_folder.PathOf("a.txt")));
    }

    [Fact]
    public void In_a_run_s_folder_a_link_is_replaced_and_what_it_leads_to_is_left_alone()
    {
        File.WriteAllText(_folder.PathOf("mine.txt"), "mine");
        File.CreateSymbolicLink(_folder.PathOf("run.txt"), "mine.txt");

        AtomicFile.Replace(_folder.PathOf("run.txt"), Text("new"));

        Assert.Equal(
            ("mine", "new"),
            (File.ReadAllText(_folder.PathOf("mine.txt")), File.ReadAllText(_folder.PathOf("run.txt"))));
        Assert.Null(new FileInfo(_folder.PathOf("run.txt")).LinkTarget);
    }

    [Fact]
    public void What_is_being_written_when_a_signal_ends_the_process_is_removed()
    {
        Assert.ThrowsAny<IOException>(() => AtomicFile.Write(_folder.PathOf("a.txt"), stream =>
        {
            stream.Write("half"u8);
            Unfinished.Discard();
        }));

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_file_of_a_run_is_read_where_it_is_an_ordinary_one_within_the_limit()
    {
        File.WriteAllText(_folder.PathOf("a.txt"), new string('x', 100_000));
        File.CreateSymbolicLink(_folder.PathOf("link.txt"), "a.txt");

        Assert.Equal(100_000, InputFile.ReadInFolder(_folder.PathOf("a.txt"), 100_000).Length);
        Assert.Contains("is longer than", Assert.Throws<InvalidDataException>(() =>
            InputFile.Read(_folder.PathOf("a.txt"), 99_999)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "is longer than", Assert.Throws<InvalidDataException>(() => InputFile.Read("/dev/zero", 1 << 20)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "is not a regular file", Assert.Throws<InvalidDataException>(() =>
                InputFile.ReadInFolder(_folder.PathOf("link.txt"), 1 << 20)).Message, StringComparison.Ordinal);
    }

    private static Action<Stream> Text(string text) => stream => stream.Write(Encoding.UTF8.GetBytes(text));
}
