using System.IO.Compression;
using Xunit.Abstractions;

namespace Ocs.Formats.Tests.PyTorch;

/// <summary>
/// Damage at random, in every form of file: it is read or refused in one sentence, in little time and memory.
/// </summary>
[NoTensorLeaks]
public sealed class PyTorchFuzzTests(ITestOutputHelper output) : IDisposable
{
    private const long MostElements = 64L << 20;

    // Opcodes: mark, reduce, recall, pop, tuple, end.
    private static readonly byte[] Telling = [(byte)'(', (byte)'R', (byte)'h', (byte)'2', (byte)'t', (byte)'.'];

    private static readonly byte[] Numbers = PickleBytes.Floats(
        [.. Enumerable.Range(0, 24).Select(value => (float)value)]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("stored zip")]
    [InlineData("deflated zip")]
    [InlineData("pickle in a whole zip")]
    [InlineData("legacy")]
    public void Damage_is_read_or_refused_in_one_sentence(string form)
    {
        Fuzz.Try(
            $"PyTorch, {form}", output, _folder.Path, 5, dice => File.WriteAllBytes(_folder.PathOf("damaged.pth"),
                Make(form, dice)), Read);
    }

    private void Read()
    {
        var tensors = PyTorchFile.Read(_folder.PathOf("damaged.pth"));
        Assert.InRange(tensors.Values.Sum(tensor => tensor.ElementCount), 0, MostElements);
        Release.All(tensors);
    }

    private static byte[] Make(string form, Dice dice) => form switch
    {
        "stored zip" => Damage.Bytes(
            PickleBytes.Zip(Module(old: false), ("data/0", Numbers), ("byteorder", "little"u8.ToArray())),
            dice, Telling),
        "deflated zip" => Damage.Bytes(
            PickleBytes.Zip(Module(old: false), CompressionLevel.Optimal, ("data/0", Numbers)), dice, Telling),
        "legacy" => Damage.Bytes(PickleBytes.Legacy(Module(old: true), ("0", Numbers)), dice, Telling),
        _ => PickleBytes.Zip(Damage.Bytes(Module(old: false), dice, Telling), ("data/0", Numbers)),
    };

    // A module with a child: parameters that share a storage, a buffer that is not saved, an object that means nothing.
    private static byte[] Module(bool old)
    {
        var pickle = new PickleBytes().Global("net", "Net").Op(")").Op(0x81).Op("}(").Text("_parameters").Op("}(")
            .Text("weight").Tensor("0", 24, 0, [2, 3, 4], [12, 4, 1], old: old)
            .Text("bias").Tensor("0", 24, 5, [3], [4], old: old).Op("u")
            .Text("_buffers")
            .Op("}(").Text("scratch").Op("N").Text("mean").Tensor("0", 24, 20, [], [], old: old).Op("u")
            .Text("_non_persistent_buffers_set").Global("__builtin__", "set").Op("](").Text("scratch").Op("e\u0085R")
            .Text("hook").Global("os", "system").Op("(").Text("true").Op("tR").Text("number").Op("G?\u00f0\0\0\0\0\0\0")
            .Text("_modules").Op("}(").Text("child");
        return pickle.Global("net", "Child").Op(")")
            .Op(0x81).Op("q\u0001}(").Text("_parameters").Op("}(").Text("w").Tensor("0", 24, 1, [2], [0], old: old)
            .Op("u").Text("_modules").Op("}ub").Text("same").Op("h\u0001uub.").ToArray();
    }
}
