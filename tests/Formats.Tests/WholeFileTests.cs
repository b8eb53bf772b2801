namespace Ocs.Formats.Tests;

public sealed class WholeFileTests
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

        var said = Assert.Throws<OcsInputException>(() => WholeFile.Interpret<int>("their.onnx", () => throw error));

        Assert.StartsWith("their.onnx", said.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", said.Message, StringComparison.Ordinal);
        Assert.Same(error, said.InnerException);
    }

    [Fact]
    public void What_is_no_matter_of_the_file_stays_what_it_is() =>
        Assert.Throws<OperationCanceledException>(
            () => WholeFile.Interpret<int>("their.onnx", () => throw new OperationCanceledException()));
}
