namespace Ocs.RunLog.Tests;

public sealed class FolderLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_has_one_owner_and_whoever_comes_second_learns_who_it_is()
    {
        using (var first = FolderLock.TryTake(_folder.Path, out _))
        {
            Assert.NotNull(first);
            Assert.Null(FolderLock.TryTake(_folder.Path, out string owner));
            Assert.Matches(
                $@"^process {Environment.ProcessId} on \S+ since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC$", owner);
        }

        using var second = FolderLock.TryTake(_folder.Path, out _);
        Assert.NotNull(second);
    }

    [Fact]
    public void A_folder_that_was_made_for_a_lock_goes_with_it_unless_something_is_in_it()
    {
        var inner = _folder.PathOf("a/b");
        FolderLock.TryTake(inner, out _)!.Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));

        using (FolderLock.TryTake(inner, out _))
        {
            File.WriteAllText(_folder.PathOf("a/b/mine.txt"), "mine");
        }

        Assert.Equal([_folder.PathOf("a/b/mine.txt")], Directory.GetFileSystemEntries(inner));
    }

    [Fact]
    public void What_a_killed_owner_has_left_keeps_nobody_away()
    {
        File.WriteAllText(_folder.PathOf(FolderLock.FileName), "process 1 on nowhere since 2000-01-01 00:00:00 UTC\n");

        using var held = FolderLock.TryTake(_folder.Path, out string owner);

        Assert.NotNull(held);
        Assert.Contains($"process {Environment.ProcessId} ", owner, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_in_the_lock_s_place_is_not_written_through()
    {
        File.WriteAllText(_folder.PathOf("mine.txt"), "mine");
        File.CreateSymbolicLink(_folder.PathOf(FolderLock.FileName), "mine.txt");

        Assert.Throws<IOException>(() => FolderLock.TryTake(_folder.Path, out _));
        Assert.Equal("mine", File.ReadAllText(_folder.PathOf("mine.txt")));
    }

    [Fact]
    public void Of_many_who_come_at_once_one_has_the_folder()
    {
        var shared = _folder.PathOf("shared");
        for (var round = 0; round < 50; round++)
        {
            using var together = new Barrier(4);
            var owners = 0;
            var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
            {
                together.SignalAndWait();
                using var held = FolderLock.TryTake(shared, out string _);
                Interlocked.Add(ref owners, held is null ? 0 : 1);
                together.SignalAndWait();
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
            Assert.Equal(1, owners);

            // The one who made the folder may have come too late for the lock; then the folder stays, empty.
            Directory.CreateDirectory(shared);
            Assert.Empty(Directory.EnumerateFileSystemEntries(shared));
            Directory.Delete(shared);
        }
    }
}
