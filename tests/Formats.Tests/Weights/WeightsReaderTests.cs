using Xunit.Abstractions;

namespace Ocs.Formats.Tests;

/// <summary>Files of weights by their bytes, whole and damaged.</summary>
[NoTensorLeaks]
public sealed class WeightsReaderTests(ITestOutputHelper output) : IDisposable
{
    // Two tensors as TorchSharp writes them: "a.weight", float32 [2, 3], and "b", bool [2].
    private static readonly byte[] TorchSharp =
    [
        2, 8, .. "a.weight"u8, 6, 2, 2, 3, .. PyTorch.PickleBytes.Floats(1, 2, 3, 4, 5, 6), 1, .. "b"u8, 11, 1, 2, 1, 0,
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TorchSharps_tensors_are_read()
    {
        File.WriteAllBytes(_folder.PathOf("a.dat"), TorchSharp);
        var (tensors, key, others) = WeightsReader.Read(_folder.PathOf("a.dat"));
        Assert.Equal([1f, 2, 3, 4, 5, 6], tensors["a.weight"].ToArray<float>());
        Assert.Equal([2L, 3], tensors["a.weight"].Shape.ToArray());
        Assert.Equal([true, false], tensors["b"].ToArray<bool>());
        Assert.Null(key);
        Assert.Empty(others);
        Assert.True(WeightsReader.IsWeightsAlone(_folder.PathOf("a.dat")));
        PyTorch.Release.All(tensors);
    }

    [Fact]
    public void Sizes_of_TorchSharps_tensors_are_checked_before_memory_is_taken()
    {
        Refuses(
            "more elements than the file holds",
            [1, 1, (byte)'a', 6, 2, 0xFF, 0xFF, 0xFF, 0xFF, 7, 0xFF, 0xFF, 0xFF, 0xFF, 7, 0]);
        Refuses("not a file of weights", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        Refuses("twice", [2, 1, (byte)'a', 0, 0, 9, 1, (byte)'a', 0, 0, 9]);
        Refuses("after its last tensor", [1, 1, (byte)'a', 0, 0, 9, 9]);
        Refuses("neither 0 nor 1", [1, 1, (byte)'a', 11, 0, 9]);
        Refuses("ends in the middle", TorchSharp[..^5]);
    }

    [Fact]
    public void Damage_is_read_or_refused_in_one_sentence() => Fuzz.Try(
        "TorchSharp", output, _folder.Path, 5,
        dice => File.WriteAllBytes(
            _folder.PathOf("a.dat"), Damage.Bytes(TorchSharp, dice, [0, 6, 11, 0x7F, 0x80, 0xFF])),
        () => PyTorch.Release.All(WeightsReader.Read(_folder.PathOf("a.dat")).Tensors));

    [Fact]
    public void What_is_no_ordinary_file_is_refused()
    {
        File.CreateSymbolicLink(_folder.PathOf("zero.pth"), "/dev/zero");
        File.WriteAllBytes(_folder.PathOf("empty.pth"), []);
        foreach (var name in new[] { "zero.pth", "empty.pth" })
        {
            var error = Assert.Throws<OcsInputException>(() => WeightsReader.Read(_folder.PathOf(name)));
            Assert.Contains("it is empty, or it is not a regular file", error.Message, StringComparison.Ordinal);
        }
    }

    private void Refuses(string told, byte[] bytes)
    {
        File.WriteAllBytes(_folder.PathOf("a.dat"), bytes);
        Assert.Contains(
            told, Assert.Throws<OcsInputException>(() => WeightsReader.Read(_folder.PathOf("a.dat"))).Message,
            StringComparison.Ordinal);
    }
}
