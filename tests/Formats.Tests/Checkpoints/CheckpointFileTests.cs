using System.Security.Cryptography;
using System.Text;
using Ocs.Graphs;

namespace Ocs.Formats.Tests.Checkpoints;

[NoTensorLeaks]
public sealed class CheckpointFileTests : IDisposable
{
    private static readonly Graph Graph = SmallGraphs.Random(3);
    private static readonly Graph Cut = SmallGraphs.Random(4);

    private readonly TemporaryFolder _folder = new();
    private readonly ParameterTable _parameters = SmallGraphs.Parameters(Graph, 3);

    public void Dispose()
    {
        _parameters.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_written_comes_back_bit_for_bit(bool isCut)
    {
        var path = Write("a.safetensors", isCut);

        var read = CheckpointFile.Read(path);

        Assert.Equal("{\"epoch\":3}", Encoding.UTF8.GetString(read.State.AsSpan()));
        Assert.Equal(Graph.ToString(), read.Original.ToString());
        Assert.Equal(isCut ? Cut.ToString() : null, read.Cut?.ToString());
        using var parameters = ParameterTable.FromTensors(Graph, read.Tensors);
        Compare.Same(_parameters, parameters);
    }

    [Fact]
    public void Any_reader_of_safetensors_opens_it_and_its_last_bytes_are_the_check_sum_of_the_others()
    {
        var path = Write("a.safetensors");

        var bytes = File.ReadAllBytes(path);
        Assert.Equal(SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32)), bytes[^32..]);
        var tensors = SafetensorsFile.Read(path);
        Assert.Equal(bytes[^32..], tensors["sha256"].ToArray<byte>());
        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }

    [Fact]
    public void A_flipped_bit_anywhere_is_found()
    {
        var whole = File.ReadAllBytes(Write("whole.safetensors"));
        var draw = new Draw(21);
        for (var round = 0; round < 300; round++)
        {
            var bytes = whole.ToArray();
            bytes[round < 20 ? round : draw.Below(bytes.Length)] ^= (byte)(1 << draw.Below(8));
            Refused(bytes);
        }
    }

    [Fact]
    public void A_file_that_breaks_off_anywhere_is_refused()
    {
        var whole = File.ReadAllBytes(Write("whole.safetensors"));
        var draw = new Draw(22);
        for (var round = 0; round < 200; round++)
        {
            Refused(whole[..(round < 60 ? round : draw.Below(whole.Length))]);
        }

        Refused(whole[..^1]);
        Refused([.. whole, 0]);
    }

    [Theory]
    [InlineData("\"state\"", "\"estat\"", "holds no state")]
    [InlineData("\"original\"", "\"originel\"", "holds no network")]
    [InlineData("\"dtype\":\"U8\",\"shape\":[11]", "\"dtype\":\"I8\",\"shape\":[11]", "holds 'state' not as bytes")]
    [InlineData("\"op\":\"Conv2d\"", "\"op\":\"Conv9d\"", "uses the operator 'Conv9d' (node 'stem')")]
    [InlineData("\"inputs\":[0]", "\"inputs\":[7]", "holds an invalid network")]
    public void A_lie_with_a_right_check_sum_is_refused(string part, string lie, string because)
    {
        var bytes = File.ReadAllBytes(Write("whole.safetensors"));
        var position = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(part));
        Assert.True(position >= 0, $"the file lacks {part}");
        Encoding.UTF8.GetBytes(lie).CopyTo(bytes, position);
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32), bytes.AsSpan(bytes.Length - 32));

        Assert.Contains(because, Refused(bytes), StringComparison.Ordinal);
    }

    private string Write(string name, bool isCut = false)
    {
        var path = _folder.PathOf(name);
        using var stream = File.Create(path);
        CheckpointFile.Write(stream, new(
            [.. "{\"epoch\":3}"u8], Graph, isCut ? Cut : null,
            _parameters.Names.ToDictionary(parameter => parameter, parameter => _parameters[parameter])));
        return path;
    }

    private string Refused(byte[] bytes)
    {
        var path = _folder.PathOf("damaged.safetensors");
        File.WriteAllBytes(path, bytes);
        var message = Assert.Throws<OcsInputException>(() => CheckpointFile.Read(path)).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        return message;
    }
}
