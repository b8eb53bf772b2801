using System.Buffers.Binary;

namespace Ocs.Formats.Tests.OcsFiles;

[NoTensorLeaks]
public sealed class DamagedOcsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _whole;

    public DamagedOcsFileTests()
    {
        var graph = SmallGraphs.Random(2);
        using var parameters = SmallGraphs.Parameters(graph, 2);
        OcsFile.Write(_folder.PathOf("whole.ocs"), graph, parameters);
        _whole = File.ReadAllBytes(_folder.PathOf("whole.ocs"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_flipped_bit_anywhere_is_found()
    {
        var draw = new Draw(11);
        for (var round = 0; round < 300; round++)
        {
            var bytes = _whole.ToArray();
            var position = round < 40 ? round : draw.Below(bytes.Length);
            bytes[position] ^= (byte)(1 << draw.Below(8));
            Refused(bytes);
        }
    }

    [Fact]
    public void A_file_that_breaks_off_anywhere_is_refused()
    {
        var draw = new Draw(12);
        for (var round = 0; round < 200; round++)
        {
            Refused(_whole[..(round < 60 ? round : draw.Below(_whole.Length))]);
        }

        Refused(_whole[..^1]);
        Refused([.. _whole, 0]);
    }

    [Fact]
    public void A_lying_header_length_is_refused_before_memory_is_taken()
    {
        foreach (var length
            in new ulong[] { ulong.MaxValue, 1UL << 63, int.MaxValue, (ulong)_whole.Length, (ulong)_whole.Length - 51 })
        {
            var bytes = _whole.ToArray();
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(12), length);
            Assert.Contains("header of", Refused(OcsBytes.Sealed(bytes)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Another_version_and_another_format_are_named()
    {
        var bytes = _whole.ToArray();
        bytes[8] = 9;
        Assert.Contains("version 9", Refused(OcsBytes.Sealed(bytes)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "not an .ocs file", Refused("PK\u0003\u0004 and so on"u8.ToArray()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"op\":\"Conv2d\"", "\"op\":\"Conv9d\"", "operator 'Conv9d' (node 'stem')")]
    [InlineData("\"inputs\":[0]", "\"inputs\":[9]", "reads value %9")]
    [InlineData("\"inputs\":[0]", "\"inputs\":[-1]", "negative")]
    [InlineData("\"inputs\":[0]", "\"inputs\":null", "not a network")]
    [InlineData("\"inputs\":[0]", "\"inpute\":[0]", "not a network")]
    [InlineData("\"stride\":{\"height\":1", "\"stride\":{\"height\":0", "must be at least 1")]
    [InlineData("\"groups\":1", "\"groups\":0", "group")]
    [InlineData("\"name\":\"stem\"", "\"name\":null", "not a network")]
    [InlineData("\"name\":\"stem\"", "\"name\":\"image\"", "two nodes")]
    [InlineData("\"dtype\":\"Float32\"", "\"dtype\":\"Int64\"", "holds 'stem.weight' as Int64")]
    [InlineData("\"dtype\":\"Float32\"", "\"dtype\":99", "holds 'stem.weight' as 99")]
    [InlineData("\"dtype\":\"Float32\"", "\"dtype\":\"Float64\"", "a wrong place for 'stem.weight'")]
    [InlineData("\"offset\":0", "\"offset\":64", "a wrong place for 'stem.weight'")]
    [InlineData("\"offset\":0", "\"offset\":-64", "a wrong place for 'stem.weight'")]
    [InlineData("\"offset\":0", "\"offset\":1e400", "not a network")]
    [InlineData("\"record\":null", "\"record\":{}", "not a network")]
    [InlineData("\"record\":null", "\"record\":3", "not a network")]
    [InlineData("\"tensors\":[{", "\"tensors\":[null,{", "incomplete")]
    [InlineData("\"nodes\":[{", "\"nodes\":[null,{", "incomplete")]
    [InlineData("{\"graph\"", "[{\"graph\"", "not a network")]
    public void A_header_that_lies_with_a_right_check_sum_is_refused(string part, string lie, string because)
    {
        var error = Refused(new OcsBytes(_whole).WithHeader(header => ReplaceFirst(header, part, lie)));
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
    }

    private static string ReplaceFirst(string text, string part, string replacement)
    {
        var position = text.IndexOf(part, StringComparison.Ordinal);
        Assert.True(position >= 0, $"the header lacks {part}: {text[..600]}");
        return string.Concat(text.AsSpan(0, position), replacement, text.AsSpan(position + part.Length));
    }

    private OcsInputException Refused(byte[] bytes)
    {
        var path = _folder.PathOf("damaged.ocs");
        File.WriteAllBytes(path, bytes);
        var error = Assert.Throws<OcsInputException>(() => OcsFile.Read(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        return error;
    }
}
