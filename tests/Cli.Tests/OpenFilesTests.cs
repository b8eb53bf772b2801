namespace Ocs.Cli.Tests;

public sealed class OpenFilesTests
{
    [Theory]
    [InlineData("Max open files            112                  4096                 files     ", 112L)]
    [InlineData("Max open files            unlimited            unlimited            files     ", null)]
    [InlineData("Max processes             7                    7                    processes ", null)]
    public void The_limit_of_open_files_is_read_where_the_system_states_it(string line, long? limit) =>
        Assert.Equal(
            limit,
            OpenFiles.Limit(["Limit                     Soft Limit           Hard Limit           Units     ", line]));
}
