using System.Numerics;
using System.Text;
using Ocs.Core.Pickles;

namespace Ocs.Core.Tests.Pickles;

/// <summary>Pickles that Python wrote, and what Python reads from them.</summary>
public sealed class UnpicklerTests
{
    // pickle.dumps(value, protocol) of Python 3 with value = {"plain": [1, -2, 300, 70000, 2**70, -2**40, 1.5, None,
    // True, False], "text": "snow \u2603", "nested": {"t": (1, (2, 3), ()), "l": [[]]}}, and value["same"] =
    // value["text"].
    [Theory]
    [InlineData(0,
        "KGRwMApWcGxhaW4KcDEKKGxwMgpJMQphSS0yCmFJMzAwCmFJNzAwMDAKYUwxMTgwNTkxNjIwNzE3NDExMzAzNDI0TAphTC0xMDk5"
        + "NTExNjI3Nzc2TAphRjEuNQphTmFJMDEKYUkwMAphc1Z0ZXh0CnAzClZzbm93IFx1MjYwMwpwNApzVm5lc3RlZApwNQooZHA2ClZ0"
        + "CnA3CihJMQooSTIKSTMKdHA4Cih0dHA5CnNWbApwMTAKKGxwMTEKKGxwMTIKYXNzVnNhbWUKcDEzCmc0CnMu")]
    [InlineData(1,
        "fXEAKFgFAAAAcGxhaW5xAV1xAihLAUr+////TSwBSnARAQBMMTE4MDU5MTYyMDcxNzQxMTMwMzQyNEwKTC0xMDk5NTExNjI3Nzc2"
        + "TApHP/gAAAAAAABOSTAxCkkwMAplWAQAAAB0ZXh0cQNYCAAAAHNub3cg4piDcQRYBgAAAG5lc3RlZHEFfXEGKFgBAAAAdHEHKEsB"
        + "KEsCSwN0cQgpdHEJWAEAAABscQpdcQtdcQxhdVgEAAAAc2FtZXENaAR1Lg==")]
    [InlineData(2,
        "gAJ9cQAoWAUAAABwbGFpbnEBXXECKEsBSv7///9NLAFKcBEBAIoJAAAAAAAAAABAigYAAAAAAP9HP/gAAAAAAABOiIllWAQAAAB0"
        + "ZXh0cQNYCAAAAHNub3cg4piDcQRYBgAAAG5lc3RlZHEFfXEGKFgBAAAAdHEHSwFLAksDhnEIKYdxCVgBAAAAbHEKXXELXXEMYXVY"
        + "BAAAAHNhbWVxDWgEdS4=")]
    [InlineData(3,
        "gAN9cQAoWAUAAABwbGFpbnEBXXECKEsBSv7///9NLAFKcBEBAIoJAAAAAAAAAABAigYAAAAAAP9HP/gAAAAAAABOiIllWAQAAAB0"
        + "ZXh0cQNYCAAAAHNub3cg4piDcQRYBgAAAG5lc3RlZHEFfXEGKFgBAAAAdHEHSwFLAksDhnEIKYdxCVgBAAAAbHEKXXELXXEMYXVY"
        + "BAAAAHNhbWVxDWgEdS4=")]
    [InlineData(4,
        "gASVfwAAAAAAAAB9lCiMBXBsYWlulF2UKEsBSv7///9NLAFKcBEBAIoJAAAAAAAAAABAigYAAAAAAP9HP/gAAAAAAABOiIlljAR0"
        + "ZXh0lIwIc25vdyDimIOUjAZuZXN0ZWSUfZQojAF0lEsBSwJLA4aUKYeUjAFslF2UXZRhdYwEc2FtZZRoBHUu")]
    [InlineData(5,
        "gAWVfwAAAAAAAAB9lCiMBXBsYWlulF2UKEsBSv7///9NLAFKcBEBAIoJAAAAAAAAAABAigYAAAAAAP9HP/gAAAAAAABOiIlljAR0"
        + "ZXh0lIwIc25vdyDimIOUjAZuZXN0ZWSUfZQojAF0lEsBSwJLA4aUKYeUjAFslF2UXZRhdYwEc2FtZZRoBHUu")]
    public void Every_protocol_of_Python_is_read(int protocol, string pickle)
    {
        var bytes = Convert.FromBase64String(pickle);

        Assert.All([FromMemory(bytes), FromStream(bytes)], value =>
        {
            var entries = Assert.IsType<PickleDictionary>(value).Entries;
            Assert.Equal(["plain", "text", "nested", "same"], entries.Keys);
            object?[] plain = [1L, -2L, 300L, 70_000L, BigInteger.Pow(2, 70), -(1L << 40), 1.5, null, true, false];
            Assert.Equal(plain, Assert.IsType<List<object?>>(entries["plain"]));
            Assert.Equal("snow \u2603", entries["text"]);
            Assert.Same(entries["text"], entries["same"]);
            var nested = Assert.IsType<PickleDictionary>(entries["nested"]).Entries;
            var tuple = Assert.IsType<object?[]>(nested["t"]);
            Assert.Equal(1L, tuple[0]);
            Assert.Equal([2L, 3L], Assert.IsType<object?[]>(tuple[1]));
            Assert.Empty(Assert.IsType<object?[]>(tuple[2]));
            Assert.Empty(Assert.IsType<List<object?>>(Assert.Single(Assert.IsType<List<object?>>(nested["l"]))));
        });
        Assert.True(protocol < 2 || bytes[1] == protocol);
    }

    // pickle.dumps({"bytes": b"\x00\xff\x80abc"}, 4) of Python 3.
    [Fact]
    public void Bytes_come_as_they_are()
    {
        var bytes = Convert.FromBase64String("gASVFQAAAAAAAAB9lIwFYnl0ZXOUQwYA/4BhYmOUcy4=");

        Assert.All([FromMemory(bytes), FromStream(bytes)], value => Assert.Equal(
            [0, 255, 128, 97, 98, 99], Bytes(Assert.IsType<PickleDictionary>(value).Entries["bytes"])));
    }

    // pickle.dumps({'k\xe9y': '\x00\xff\x80'}, 2) of Python 2, whose strings are bytes; the second is longer than 255
    // bytes.
    [Theory]
    [InlineData(0)]
    [InlineData(400)]
    public void Strings_of_Python_2_are_bytes_where_that_is_asked_for(int zeros)
    {
        byte[] content = [0x00, 0xff, 0x80, .. new byte[zeros]];
        byte[] length = zeros == 0 ? [(byte)'U', 3] : [(byte)'T', .. BitConverter.GetBytes(content.Length)];
        byte[] pickle =
            [0x80, 2, (byte)'}', (byte)'U', 3, (byte)'k', 0xe9, (byte)'y', .. length, .. content, (byte)'s', (byte)'.'];

        var (key, value) = Assert.Single(
            Assert.IsType<PickleDictionary>(FromMemory(pickle, PickleStrings.Bytes)).Entries);

        Assert.Equal("k\u00e9y", key);
        Assert.Equal(content, Bytes(value));
        Assert.IsType<string>(Assert.Single(Assert.IsType<PickleDictionary>(FromMemory(pickle)).Entries).Value);
    }

    [Fact]
    public void Bytes_of_memory_are_not_copied()
    {
        byte[] pickle = [(byte)'C', 2, 7, 8, (byte)'.'];
        var bytes = Assert.IsType<ReadOnlyMemory<byte>>(FromMemory(pickle));

        pickle[3] = 9;

        Assert.Equal([7, 9], bytes.ToArray());
    }

    [Fact]
    public void Nothing_is_called()
    {
        // pickle.dumps of an object whose __reduce__ is (os.system, ("true",))
        var made = Assert.IsType<PickleObject>(FromMemory("cposix\nsystem\n(Vtrue\ntR."u8.ToArray()));
        Assert.Equal(("posix.system", null), (made.Class.ToString(), made.State));
    }

    [Theory]
    [InlineData(
        "T\u00ff\u00ff\u00ff\u007f", "it ends at byte 5 in the middle of a value", "it ends in the middle of a value")]
    [InlineData("K", "it ends at byte 1 in the middle of a value", "it ends in the middle of a value")]
    [InlineData("", "it ends at byte 0 in the middle of a value", "it ends in the middle of a value")]
    public void The_end_of_the_bytes_is_told(string pickle, string inMemory, string inStream)
    {
        var bytes = Encoding.Latin1.GetBytes(pickle);
        Assert.Equal(inMemory, Assert.Throws<InvalidDataException>(() => FromMemory(bytes)).Message);
        Assert.Equal(inStream, Assert.Throws<InvalidDataException>(() => FromStream(bytes)).Message);
    }

    private static object? FromMemory(byte[] pickle, PickleStrings strings = PickleStrings.Text) =>
        new Unpickler(new(pickle), strings: strings).Read();

    private static object? FromStream(byte[] pickle)
    {
        using var stream = new MemoryStream(pickle);
        return new Unpickler(new(stream, pickle.Length)).Read();
    }

    private static byte[] Bytes(object? value) => Assert.IsType<ReadOnlyMemory<byte>>(value).ToArray();
}
