using System.Text;

namespace Ocs.Data.Tests.Datasets;

public sealed class PickleReaderTests
{
    [Fact]
    public void A_column_major_array_is_copied_row_by_row()
    {
        NumpyArray array = Assert.IsType<NumpyArray>(PickleReader.Read((byte[])[.. Pickles.Array(2, 3, [1, 4, 2, 5, 3, 6], true), (byte)'.']));
        byte[] rows = new byte[6];
        Assert.True(array.TryCopyTo(rows, 2, 3));
        Assert.Equal([1, 2, 3, 4, 5, 6], rows);
        Assert.False(array.TryCopyTo(rows, 3, 2));
    }

    [Fact]
    public void Bytes_that_python_3_spells_as_text_are_read()
    {
        // _codecs.encode("\x01\xff", "latin1")
        byte[] pickle =
        [
            0x80, 2, .. Pickles.Global("_codecs", "encode"), .. Pickles.Int32((byte)'X', 3), 1, 0xC3, 0xBF,
            .. Pickles.Int32((byte)'X', 6), .. Encoding.ASCII.GetBytes("latin1"), 0x86, (byte)'R', (byte)'.',
        ];
        Assert.Equal([1, 255], Assert.IsType<ReadOnlyMemory<byte>>(PickleReader.Read(pickle)).ToArray());
    }

    [Fact]
    public void A_name_that_could_run_something_is_refused() =>
        AssertRefused(
            "names `posix system`", [.. Pickles.Global("posix", "system"), .. Pickles.Text("true"), 0x85, (byte)'R', (byte)'.']);

    [Fact]
    public void A_call_of_a_known_name_with_other_arguments_is_refused() =>
        AssertRefused(
            "calls something", [.. Pickles.Global("numpy.core.multiarray", "_reconstruct"), .. Pickles.Text("x"), 0x85, (byte)'R', (byte)'.']);

    [Theory]
    [InlineData("i", "opcode 0x69 at byte 0 is not allowed")]
    [InlineData("R", "takes more values than it put down")]
    [InlineData("t", "takes more values than it put down")]
    [InlineData("q\u0001", "takes more values than it put down")]
    [InlineData("h\u0005", "recalls value 5, which it never stored")]
    [InlineData("T\u00ff\u00ff\u00ff\u007f", "ends at byte 5 in the middle of a value")]
    [InlineData("T\u00ff\u00ff\u00ff\u00ff", "ends at byte 5 in the middle of a value")]
    [InlineData("", "ends at byte 0 in the middle of a value")]
    [InlineData("cnumpy", "the name at byte 1 has no end")]
    [InlineData("NNs", "takes more values than it put down")]
    [InlineData("NNNs", "not a dictionary")]
    [InlineData("}NNs", "a name in it is not text")]
    [InlineData("NNa", "not a list")]
    [InlineData("}N)b", "not a NumPy array")]
    [InlineData("NNb", "not a NumPy array")]
    [InlineData("](K\u0001N", "ends at byte 5 in the middle of a value")]
    public void Damaged_and_hostile_bytes_are_refused(string pickle, string reason) =>
        AssertRefused(reason, Encoding.Latin1.GetBytes(pickle));

    private static void AssertRefused(string reason, byte[] pickle) =>
        Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => PickleReader.Read(pickle)).Message);
}
