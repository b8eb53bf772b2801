using Ocs.Cli.Runtimes;

namespace Ocs.Cli.Tests.Runtimes;

/// <summary>Free memory, from files as Linux writes them.</summary>
public sealed class MachineMemoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private MachineMemory Memory => new(_folder.PathOf("."));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_machine_bounds_it()
    {
        _folder.Write("proc/meminfo", "MemTotal:       16000 kB\nMemAvailable:   8000 kB\n");
        Assert.Equal(8000 * 1024, Memory.Available);
    }

    [Fact]
    public void Groups_bound_it_at_every_level_and_what_is_cached_of_files_is_free()
    {
        _folder.Write("proc/meminfo", "MemAvailable: 8000 kB\n");
        _folder.Write("proc/self/cgroup", "0::/jobs/one\n");
        _folder.Write("sys/fs/cgroup/jobs/one/memory.max", "max\n");
        _folder.Write("sys/fs/cgroup/jobs/one/memory.current", "100\n");
        _folder.Write("sys/fs/cgroup/jobs/memory.max", "5000\n");
        _folder.Write("sys/fs/cgroup/jobs/memory.current", "3000\n");
        _folder.Write("sys/fs/cgroup/jobs/memory.stat", "anon 2500\ninactive_file 400\n");
        Assert.Equal(2400, Memory.Available);
    }

    [Fact]
    public void A_container_that_sees_its_group_as_the_root_is_bounded_by_it()
    {
        _folder.Write("proc/self/cgroup", "0::/a/path/of/the/host\n");
        _folder.Write("sys/fs/cgroup/memory.max", "5000\n");
        _folder.Write("sys/fs/cgroup/memory.current", "1000\n");
        Assert.Equal(4000, Memory.Available);
    }

    [Fact]
    public void Groups_of_the_first_version_bound_it_too()
    {
        _folder.Write("proc/self/cgroup", "5:cpu:/x\n4:memory:/box\n");
        _folder.Write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "7000\n");
        _folder.Write("sys/fs/cgroup/memory/box/memory.usage_in_bytes", "2000\n");
        Assert.Equal(5000, Memory.Available);
    }

    [Fact]
    public void Where_nothing_is_known_nothing_is_refused()
    {
        Assert.Null(Memory.Available);
        Memory.Require(1e18, "A batch", "give a smaller one");
    }

    [Fact]
    public void What_needs_more_than_is_free_is_refused_in_a_sentence()
    {
        _folder.Write("proc/meminfo", "MemAvailable: 2000000 kB\n");
        Memory.Require(2e9, "A batch of 8", "give a smaller --batch");
        Assert.Equal(
            "A batch of 9 takes at least 2.1 GB, but 2.0 GB of memory are free; give a smaller --batch.",
            Assert.Throws<OcsInputException>(() =>
                Memory.Require(2.1e9, "A batch of 9", "give a smaller --batch")).Message);
    }
}
