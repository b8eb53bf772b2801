using System.Buffers.Binary;
using System.Text;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Formats.Tests.Safetensors;

[NoTensorLeaks]
public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_bytes_are_those_of_the_format()
    {
        using var weight = Tensor.FromArray([1f, -2f], [2, 1]);
        using var count = Tensor.FromArray([3L], []);
        using var flag = Tensor.FromArray([true], [1]);
        SafetensorsFile.Write(
            _folder.PathOf("a.safetensors"),
            new Dictionary<string, Tensor> { ["fc.weight"] = weight, ["flag"] = flag, ["count"] = count },
            new Dictionary<string, string> { ["format"] = "pt" });

        const string Header =
            "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"count\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
            + "\"fc.weight\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[8,16]},"
            + "\"flag\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[16,17]}}";
        var padded = Header.PadRight((Header.Length + 7) / 8 * 8);
        byte[] expected =
        [
            (byte)padded.Length, 0, 0, 0, 0, 0, 0, 0,
            .. Encoding.ASCII.GetBytes(padded),
            3, 0, 0, 0, 0, 0, 0, 0,
            0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0,
            1,
        ];
        Assert.Equal(expected, File.ReadAllBytes(_folder.PathOf("a.safetensors")));
    }

    [Fact]
    public void A_network_comes_back_bit_for_bit_under_its_own_names()
    {
        var graph = Models.Build("cifar_resnet20");
        using var parameters = SmallGraphs.Parameters(graph, 5);
        SafetensorsFile.Write(_folder.PathOf("a.safetensors"), parameters);
        var tensors = SafetensorsFile.Read(_folder.PathOf("a.safetensors"));
        using var read = ParameterTable.FromTensors(graph, tensors);

        Compare.Same(parameters, read);
        Assert.Equal(DType.Int64, read["bn1.num_batches_tracked"].DType);
    }

    [Theory]
    [InlineData(DType.Float64)]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float16)]
    [InlineData(DType.BFloat16)]
    [InlineData(DType.Int64)]
    [InlineData(DType.Int32)]
    [InlineData(DType.Int16)]
    [InlineData(DType.Int8)]
    [InlineData(DType.UInt8)]
    [InlineData(DType.Bool)]
    public void Every_type_comes_back_bit_for_bit(DType dtype)
    {
        using var numbers = Tensor.FromArray([0f, 1f, 3.14159f, 100.5f, 0f, 7f], [2, 3]);
        using var tensor = numbers.To(dtype);
        using var empty = Tensor.Zeros([0, 4], dtype);
        SafetensorsFile.Write(
            _folder.PathOf("a"), new Dictionary<string, Tensor> { ["t"] = tensor, ["empty"] = empty });
        var read = SafetensorsFile.Read(_folder.PathOf("a"));

        Compare.Same(tensor, read["t"]);
        Compare.Same(empty, read["empty"]);
        DisposeAll(read);
    }

    [Theory]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, null)]
    [InlineData("{}", 0, null)]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 4, "bytes 0 to 8 of 4")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 12, "its header describes 8")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, "its 12 bytes")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, "no tensor has")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[-2,-1],\"data_offsets\":[0,8]}}", 8, "no tensor has")]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}", 0, "no tensor has")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775808],\"data_offsets\":[0,0]}}", 0, "invalid")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", 4, "invalid")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "must begin at 0")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}", 8, "must begin at 0")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 8, "must begin at 0")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", 8, "3 data_offsets")]
    [InlineData("{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "F8_E4M3")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "invalid")]
    [InlineData("{\"a\":7}", 4, "invalid")]
    [InlineData("[]", 0, "does not begin with '{'")]
    [InlineData(" {}", 0, "does not begin with '{'")]
    [InlineData("{\"a\"", 0, "invalid")]
    [InlineData("{\"__metadata__\":{\"a\":1}}", 0, "map of strings")]
    [InlineData("{\"__metadata__\":[]}", 0, "map of strings")]
    [InlineData(
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
        + "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}",
        2,
        "invalid")]
    [InlineData(
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
        + "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}",
        3,
        "must begin at 2")]
    public void A_hostile_header_is_refused_and_an_honest_one_is_not(string header, int dataLength, string? because)
    {
        var path = WriteRaw((ulong)header.Length, [.. Encoding.UTF8.GetBytes(header), .. new byte[dataLength]]);
        if (because is null)
        {
            DisposeAll(SafetensorsFile.Read(path));
        }
        else
        {
            var error = Assert.Throws<OcsInputException>(() => SafetensorsFile.Read(path));
            Assert.Contains(because, error.Message, StringComparison.Ordinal);
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    [InlineData(int.MaxValue)]
    [InlineData(200_000_000)]
    [InlineData(3)]
    public void A_header_longer_than_the_file_is_refused_before_memory_is_taken(ulong length) =>
        Assert.Throws<OcsInputException>(() => SafetensorsFile.Read(WriteRaw(length, "{}"u8.ToArray())));

    [Fact]
    public void A_bool_is_zero_or_one()
    {
        const string Header = "{\"a\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[0,2]}}";
        var path = WriteRaw((ulong)Header.Length, [.. Encoding.UTF8.GetBytes(Header), 1, 2]);

        Assert.Contains(
            "BOOL", Assert.Throws<OcsInputException>(() => SafetensorsFile.Read(path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Damage_to_the_header_or_the_length_ends_in_one_kind_of_error()
    {
        using var first = Tensor.Ones([3, 5]);
        using var second = Tensor.Ones([2], DType.Int64);
        SafetensorsFile.Write(
            _folder.PathOf("whole"), new Dictionary<string, Tensor> { ["first"] = first, ["second"] = second });
        var whole = File.ReadAllBytes(_folder.PathOf("whole"));
        var headerEnd = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(whole);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_folder.PathOf("damaged"), whole[..length]);
            Assert.Throws<OcsInputException>(() => SafetensorsFile.Read(_folder.PathOf("damaged")));
        }

        // The format has no check sum: a flipped bit in a name or in the data makes another legal file.
        for (var bit = 0; bit < headerEnd * 8; bit++)
        {
            var bytes = whole.ToArray();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(_folder.PathOf("damaged"), bytes);
            try
            {
                DisposeAll(SafetensorsFile.Read(_folder.PathOf("damaged")));
            }
            catch (OcsInputException)
            {
            }
        }
    }

    private static void DisposeAll(IReadOnlyDictionary<string, Tensor> tensors)
    {
        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private string WriteRaw(ulong length, byte[] rest)
    {
        var path = _folder.PathOf("raw.safetensors");
        var bytes = new byte[8 + rest.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        rest.CopyTo(bytes.AsSpan(8));
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
