using System.Text;

namespace Ocs.Data.Tests.Datasets;

public sealed class NumpyPickleTests
{
    [Fact]
    public void A_column_major_array_is_copied_row_by_row()
    {
        NumpyArray array =
            NumpyArray.Of(NumpyPickle.Read((byte[])[.. Pickles.Array(2, 3, [1, 4, 2, 5, 3, 6], true), (byte)'.']))!;
        var rows = new byte[6];
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
        Assert.Equal([1, 255], Assert.IsType<ReadOnlyMemory<byte>>(NumpyPickle.Read(pickle)).ToArray());
    }

    [Fact]
    public void A_name_that_could_run_something_is_refused() =>
        AssertRefused(
            "names `posix.system`",
            [.. Pickles.Global("posix", "system"), .. Pickles.Text("true"), 0x85, (byte)'R', (byte)'.']);

    [Fact]
    public void A_call_of_a_known_name_with_other_arguments_is_refused() =>
        AssertRefused(
            "calls something",
            [
                .. Pickles.Global("numpy.core.multiarray", "_reconstruct"), .. Pickles.Text("x"), 0x85, (byte)'R',
                (byte)'.',
            ]);

    [Theory]
    [InlineData("i", "ends at byte 1 in the middle of a value")]
    [InlineData("\u00ff", "operation 0xff of its pickle is not known")]
    [InlineData("(iposix\nsystem\n", "names `posix.system`")]
    [InlineData("(cposix\nsystem\no", "names `posix.system`")]
    [InlineData("cposix\nsystem\n)\u0081", "names `posix.system`")]
    [InlineData("NQ", "refers to a storage where there is none")]
    [InlineData("R", "takes more values than it put down")]
    [InlineData("t", "takes more values than it put down")]
    [InlineData("q\u0001", "takes more values than it put down")]
    [InlineData("h\u0005", "recalls value 5, which it never stored")]
    [InlineData("T\u00ff\u00ff\u00ff\u007f", "ends at byte 5 in the middle of a value")]
    [InlineData("T\u00ff\u00ff\u00ff\u00ff", "ends at byte 5 in the middle of a value")]
    [InlineData("", "ends at byte 0 in the middle of a value")]
    [InlineData("cnumpy", "ends at byte 6 in the middle of a value")]
    [InlineData("NNs", "takes more values than it put down")]
    [InlineData("NNNs", "no dictionary")]
    [InlineData("}NNs", "ends at byte 4 in the middle of a value")]
    [InlineData("NNa", "no list")]
    [InlineData("}N)b", "ends at byte 4 in the middle of a value")]
    [InlineData("NNb", "ends at byte 3 in the middle of a value")]
    [InlineData("](K\u0001N", "ends at byte 5 in the middle of a value")]
    public void Damaged_and_hostile_bytes_are_refused(string pickle, string reason) =>
        AssertRefused(reason, Encoding.Latin1.GetBytes(pickle));

    [Fact]
    public void A_state_that_is_no_array_of_bytes_is_no_array() =>
        Assert.Null(NumpyArray.Of(NumpyPickle.Read((byte[])
        [
            .. Pickles.Global("numpy.core.multiarray", "_reconstruct"), .. Pickles.Global("numpy", "ndarray"),
            0x85, (byte)'R',
            (byte)')', (byte)'b', (byte)'.',
        ])));

    private static void AssertRefused(string reason, byte[] pickle) =>
        Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => NumpyPickle.Read(pickle)).Message);
}
