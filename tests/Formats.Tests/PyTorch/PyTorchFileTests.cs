using System.IO.Compression;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Formats.Tests.PyTorch;

[NoTensorLeaks]
public sealed class PyTorchFileTests : IDisposable
{
    // zlib.crc32(b"3\n")
    private const uint VersionSum = 0x55679ED1;

    private static readonly byte[] Six = PickleBytes.Floats(0, 1, 2, 3, 4, 5);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_network_comes_back_bit_for_bit_under_its_own_names()
    {
        var graph = Models.Build("cifar_resnet20");
        using var parameters = SmallGraphs.Parameters(graph, 5);
        PyTorchFile.Write(_folder.PathOf("a.pth"), parameters);
        var tensors = PyTorchFile.Read(_folder.PathOf("a.pth"));
        Assert.Equal(parameters.Names, tensors.Keys);
        using var read = ParameterTable.FromTensors(graph, tensors);

        Compare.Same(parameters, read);
    }

    [Fact]
    public void Entries_are_stored_and_the_same_content_gives_the_same_bytes()
    {
        using var first = Tensor.FromArray([1.5f, -2f], [2]);
        using var second = Tensor.FromArray([7L], []);
        PyTorchFile.Write(_folder.PathOf("a.pth"), [new("first", first), new("second", second)]);
        var bytes = File.ReadAllBytes(_folder.PathOf("a.pth"));

        foreach (var data in new[] { PickleBytes.Floats(1.5f, -2), [7, 0, 0, 0, 0, 0, 0, 0], "little"u8.ToArray() })
        {
            Assert.True(bytes.AsSpan().IndexOf(data) > 0);
        }

        PyTorchFile.Write(_folder.PathOf("b.pth"), [new("first", first), new("second", second)]);
        Assert.Equal(bytes, File.ReadAllBytes(_folder.PathOf("b.pth")));
        using var zip = ZipFile.OpenRead(_folder.PathOf("a.pth"));
        Assert.Equal(
            ["archive/data.pkl", "archive/byteorder", "archive/data/0", "archive/data/1", "archive/version"],
            zip.Entries.Select(entry => entry.FullName));
        Assert.All(
            zip.Entries,
            entry => Assert.Equal((entry.Length, 1980), (entry.CompressedLength, entry.LastWriteTime.Year)));
        Assert.Equal(VersionSum, zip.GetEntry("archive/version")!.Crc32);
    }

    [Fact]
    public void Views_are_what_their_offsets_and_strides_say_in_both_formats()
    {
        foreach (var old in new[] { false, true })
        {
            var pickle = new PickleBytes().Op("}(").Text("whole").Tensor("0", 6, 0, [2, 3], [3, 1], old: old)
                .Text("transposed")
                .Tensor("0", 6, 0, [3, 2], [1, 3], old: old).Text("last").Tensor("0", 6, 5, [], [], old: old)
                .Text("twice").Tensor("0", 6, 4, [2, 2], [0, 1], old: old).Op("u.").ToArray();
            var read = Read(old
                ? PickleBytes.Legacy(pickle, ("0", Six))
                : PickleBytes.Zip(pickle, CompressionLevel.Optimal, ("data/0", Six)));

            Assert.Equal([0f, 1, 2, 3, 4, 5], read["whole"].ToArray<float>());
            Assert.Equal([0f, 3, 1, 4, 2, 5], read["transposed"].ToArray<float>());
            Assert.Equal([5f], read["last"].ToArray<float>());
            Assert.Equal([4f, 5, 4, 5], read["twice"].ToArray<float>());
            read["whole"].AsSpan<float>()[4] = 9;
            Assert.Equal(4, read["transposed"].ToArray<float>()[3]);
            Release.All(read);
        }
    }

    [Fact]
    public void A_part_of_an_old_storage_counts_from_where_the_part_begins()
    {
        var pickle = PickleBytes.StateDict(
            "part",
            p => p.Global("torch._utils", "_rebuild_tensor").Op("((").Text("storage").Global("torch", "FloatStorage")
            .Text("root").Text("cpu")
            .Number(6).Op("(").Text("view").Number(2).Number(3).Op("ttQ").Number(1).Numbers(2).Numbers(1).Op("tR"));
        var read = Read(PickleBytes.Legacy(pickle, ("root", Six)));

        Assert.Equal([3f, 4], read["part"].ToArray<float>());
        Release.All(read);
    }

    [Fact]
    public void A_call_in_a_file_is_never_made()
    {
        var mark = _folder.PathOf("mark");
        var pickle = new PickleBytes()
            .Op("}(").Text("evil").Global("os", "system").Op("(").Text($"touch {mark}").Op("tR")
            .Text("weight").Tensor("0", 6, 0, [6], [1]).Op("u.").ToArray();
        var read = Read(PickleBytes.Zip(pickle, ("data/0", Six)));

        Assert.Equal(["weight"], read.Keys);
        Assert.False(File.Exists(mark));
        Release.All(read);
    }

    [Fact]
    public void A_module_that_contains_itself_is_refused()
    {
        // {'_parameters': {}, '_modules': {'again': itself}} as the state of an object that the memo holds.
        var pickle = new PickleBytes().Global("net", "Net")
            .Op(")").Op(0x81).Op("q\0}(").Text("_parameters").Op("}").Text("_modules").Op("}(").Text("a")
            .Op("h\0uub.").ToArray();

        Assert.Contains(
            "nested more than 100 deep", Refused(PickleBytes.Zip(pickle)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dictionary_that_contains_itself_is_refused() => Assert.Contains(
        "holds no tensors by name",
        Refused(PickleBytes.Zip(new PickleBytes().Op("}q\0(").Text("model").Op("h\0u.").ToArray())).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData(6, 0, new long[] { 7 }, new long[] { 1 }, "does not lie within its storage of 6 elements")]
    [InlineData(6, 1, new long[] { 6 }, new long[] { 1 }, "does not lie within")]
    [InlineData(6, -1, new long[] { 2 }, new long[] { 1 }, "does not lie within")]
    [InlineData(6, 3, new long[] { 2 }, new long[] { -1 }, "does not lie within")]
    [InlineData(6, 0, new long[] { -1 }, new long[] { 1 }, "does not lie within")]
    [InlineData(6, 0, new long[] { 2 }, new long[] { 1, 1 }, "does not lie within")]
    [InlineData(6, 0, new long[] { 1L << 32, 1L << 32 }, new long[] { 0, 0 }, "does not lie within")]
    [InlineData(6, 0, new long[] { 3, 2 }, new long[] { long.MaxValue, long.MaxValue }, "does not lie within")]
    [InlineData(6, long.MaxValue, new long[] { 2 }, new long[] { 1 }, "does not lie within")]
    [InlineData(6, long.MaxValue, new long[] { 0 }, new long[] { 1 }, "does not lie within")]
    [InlineData(6, 0, new long[] { 100_000_000 }, new long[] { 0 }, "share their storages more than 8 times")]
    [InlineData(2_500_000_000, 0, new long[] { 2_500_000_000 }, new long[] { 1 }, "which are not 2500000000 elements")]
    [InlineData(5, 0, new long[] { 5 }, new long[] { 1 }, "which are not 5 elements")]
    [InlineData(-6, 0, new long[] { 1 }, new long[] { 1 }, "has -6 of -6 elements")]
    public void A_tensor_that_its_storage_does_not_hold_is_refused(
        long count, long offset, long[] shape, long[] strides, string because)
    {
        var pickle = PickleBytes.StateDict("weight", p => p.Tensor("0", count, offset, shape, strides));

        Assert.Contains(because, Refused(PickleBytes.Zip(pickle, ("data/0", Six))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_types_missing_storages_and_stray_bytes_are_named()
    {
        void Refuses(string because, Action<PickleBytes> value, params (string, byte[])[] entries) => Assert.Contains(
            because, Refused(PickleBytes.Zip(PickleBytes.StateDict("weight", value), entries)).Message,
            StringComparison.Ordinal);

        Refuses(
            "ComplexFloatStorage, an unsupported type",
            p => p.Tensor("0", 3, 0, [3], [1], "ComplexFloatStorage"), ("data/0", Six));
        Refuses("lacks its entry 'data/0'", p => p.Tensor("0", 6, 0, [6], [1]), ("data/1", Six));
        Refuses("neither 0 nor 1", p => p.Tensor("0", 2, 0, [2], [1], "BoolStorage"), ("data/0", [1, 2]));
        Refuses(
            "not in little-endian order", p => p.Tensor("0", 6, 0, [6], [1]), ("data/0", Six),
            ("byteorder", "big"u8.ToArray()));
        Refuses(
            "TorchScript program", p => p.Tensor("0", 6, 0, [6], [1]), ("data/0", Six), ("constants.pkl", [0x80]));
        Refuses(
            "'weight' as torch._utils._rebuild_qtensor", p => p.Global("torch._utils", "_rebuild_qtensor").Op(")R"));
        Refuses("its keys are 'weight'", p => p.Number(3));
    }

    [Theory]
    [InlineData("", "ends in the middle")]
    [InlineData("}", "ends in the middle")]
    [InlineData(".", "takes more values than it put down")]
    [InlineData("u.", "takes more values")]
    [InlineData("(0.", "takes more values")]
    [InlineData("NNs.", "takes more values")]
    [InlineData("NNNs.", "adds entries to something that is no dictionary")]
    [InlineData("}(Nu.", "adds entries")]
    [InlineData("NNa.", "appends to something that is no list")]
    [InlineData("h\u0005.", "recalls value 5, which it never stored")]
    [InlineData("NNR.", "arguments that are no tuple")]
    [InlineData("N)R.", "neither a class nor a function")]
    [InlineData("NQ.", "refers to a storage in an unknown way")]
    [InlineData("\u0082\u0001.", "operation 0x82")]
    [InlineData("\u0080\u0009.", "protocol is 9")]
    [InlineData("X\u00ff\u00ff\u00ff\u007f.", "ends in the middle")]
    [InlineData("X\u00ff\u00ff\u00ff\u00ff.", "ends in the middle")]
    [InlineData("\u008b\u00ff\u00ff\u00ff\u00ff.", "has -1 bytes")]
    [InlineData("Labc\n.", "is none")]
    [InlineData("S'a\n.", "lacks its quotes")]
    [InlineData("V\\ud800\n.", "no character")]
    [InlineData("K\u0001.", "neither a dictionary of tensors nor a module")]
    [InlineData("ccollections\nCounter\n)R.", "a collections.Counter, which is not a PyTorch module")]
    public void A_pickle_that_makes_no_sense_ends_in_one_sentence(string operations, string because) =>
        Assert.Contains(
            because, Refused(PickleBytes.Zip(new PickleBytes().Op(operations).ToArray())).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Time_and_memory_of_a_pickle_are_bounded()
    {
        var many = new PickleBytes().Op(new string('}', 2_100_000)).Op(".").ToArray();
        Assert.Contains("more than 2,000,000 steps", Refused(PickleBytes.Zip(many)).Message, StringComparison.Ordinal);

        // A long list as the argument of one call after another.
        var calls = new PickleBytes()
            .Global("builtins", "OrderedDict").Op("q\0](").Op(new string('N', 1_000_000)).Op("eq\u0001");
        for (var call = 0; call < 50_000; call++)
        {
            calls.Op("h\0h\u0001\u0085R0");
        }

        Assert.Contains("steps", Refused(PickleBytes.Zip(calls.Op(".").ToArray())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_that_unfolds_out_of_proportion_is_refused()
    {
        var pickle = PickleBytes.StateDict("weight", p => p.Tensor("0", 8 << 20, 0, [8 << 20], [1]));

        Assert.Contains(
            "more bytes than it can have",
            Refused(PickleBytes.Zip(pickle, CompressionLevel.Optimal, ("data/0", new byte[32 << 20]))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_file_of_PyTorch_is_refused()
    {
        Assert.Contains("it is empty, or it is not a regular file", Refused([]).Message, StringComparison.Ordinal);
        Assert.Contains("neither a zip archive nor", Refused("hello"u8.ToArray()).Message, StringComparison.Ordinal);
        Refused("PK and so on"u8.ToArray());
        var pickle = PickleBytes.StateDict("weight", p => p.Tensor("0", 6, 0, [6], [1], old: true));
        Assert.Contains(
            "states 5 elements instead of 6", Refused(PickleBytes.Legacy(pickle, ("0", Six[..20]))).Message,
            StringComparison.Ordinal);
        Assert.Contains("lacks its storage '0'", Refused(PickleBytes.Legacy(pickle)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "no tensor is made of", Refused(PickleBytes.Legacy(pickle, ("0", Six), ("1", Six))).Message,
            StringComparison.Ordinal);
    }

    private IReadOnlyDictionary<string, Tensor> Read(byte[] bytes)
    {
        File.WriteAllBytes(_folder.PathOf("made.pth"), bytes);
        return PyTorchFile.Read(_folder.PathOf("made.pth"));
    }

    private OcsInputException Refused(byte[] bytes)
    {
        var error = Assert.Throws<OcsInputException>(() => Read(bytes));
        Assert.StartsWith(_folder.PathOf("made.pth"), error.Message, StringComparison.Ordinal);
        return error;
    }
}
