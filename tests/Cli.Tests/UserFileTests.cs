namespace Ocs.Cli.Tests;

public sealed class UserFileTests
{
    [Theory]
    [InlineData(typeof(OverflowException))]
    [InlineData(typeof(DivideByZeroException))]
    [InlineData(typeof(KeyNotFoundException))]
    [InlineData(typeof(OutOfMemoryException))]
    [InlineData(typeof(InsufficientExecutionStackException))]
    public void What_a_reader_did_not_expect_is_a_sentence_that_names_the_file(Type kind)
    {
        var error = (Exception)Activator.CreateInstance(kind)!;

        var said = Assert.Throws<OcsInputException>(() => UserFile.Read<int>("their.onnx", () => throw error));

        Assert.StartsWith("their.onnx ", said.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", said.Message, StringComparison.Ordinal);
        Assert.Same(error, said.InnerException);
    }

    [Fact]
    public void What_is_no_matter_of_the_file_stays_what_it_is() =>
        Assert.Throws<OperationCanceledException>(() => UserFile.Read<int>("their.onnx", () => throw new OperationCanceledException()));

    [Theory]
    [InlineData("Max open files            112                  4096                 files     ", 112L)]
    [InlineData("Max open files            unlimited            unlimited            files     ", null)]
    [InlineData("Max processes             7                    7                    processes ", null)]
    public void The_limit_of_open_files_is_read_where_the_system_states_it(string line, long? limit) =>
        Assert.Equal(limit, OpenFiles.Limit(["Limit                     Soft Limit           Hard Limit           Units     ", line]));
}
