using System.IO.Compression;
using Ocs.Testing;
using Ocs.Torch;
using Xunit.Abstractions;

namespace Ocs.Formats.Tests.PyTorch;

/// <summary>
/// Damage at random, in every form of file: it is read or refused in one way, in little time and memory. OCS_FUZZ_MUTATIONS sets
/// the number of mutations of each form.
/// </summary>
[NoTensorLeaks]
public sealed class PyTorchFuzzTests(ITestOutputHelper output) : IDisposable
{
    private const int LongestSeconds = 20;
    private const long MostManagedBytes = 512L << 20;
    private const long MostElements = 64L << 20;

    private static readonly byte[] Numbers = PickleBytes.Floats([.. Enumerable.Range(0, 24).Select(value => (float)value)]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("stored zip")]
    [InlineData("deflated zip")]
    [InlineData("pickle in a whole zip")]
    [InlineData("legacy")]
    public void Damage_is_read_or_refused_in_one_way(string form)
    {
        var (count, refused, slowest, largest) = DamagedFiles.Read(
            form, dice => File.WriteAllBytes(_folder.File("damaged.pth"), Make(form, dice)), IsRefused, output);
        Assert.InRange(slowest.TotalSeconds, 0, LongestSeconds);
        Assert.InRange(largest, 0, MostManagedBytes);
        Assert.InRange(refused, count / 20, count);
    }

    private bool IsRefused(int seed)
    {
        try
        {
            var tensors = PyTorchFile.Read(_folder.File("damaged.pth"));
            Assert.InRange(tensors.Values.Sum(tensor => tensor.ElementCount), 0, MostElements);
            Release.All(tensors);
            return false;
        }
        catch (OcsInputException error)
        {
            Assert.StartsWith(_folder.Path, error.Message, StringComparison.Ordinal);
            return true;
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"Mutation {seed} ends in another error.", error);
        }
    }

    private static byte[] Make(string form, Dice dice) => form switch
    {
        "stored zip" => Damage(PickleBytes.Zip(Module(old: false), ("data/0", Numbers), ("byteorder", "little"u8.ToArray())), dice),
        "deflated zip" => Damage(PickleBytes.Zip(Module(old: false), CompressionLevel.Optimal, ("data/0", Numbers)), dice),
        "legacy" => Damage(PickleBytes.Legacy(Module(old: true), ("0", Numbers)), dice),
        _ => PickleBytes.Zip(Damage(Module(old: false), dice), ("data/0", Numbers)),
    };

    // A module with a child: parameters that share a storage, a buffer that is not saved, an object that means nothing.
    private static byte[] Module(bool old)
    {
        var pickle = new PickleBytes().Global("net", "Net").Op(")").Op(0x81).Op("}(").Text("_parameters").Op("}(")
            .Text("weight").Tensor("0", 24, 0, [2, 3, 4], [12, 4, 1], old: old).Text("bias").Tensor("0", 24, 5, [3], [4], old: old).Op("u")
            .Text("_buffers").Op("}(").Text("scratch").Op("N").Text("mean").Tensor("0", 24, 20, [], [], old: old).Op("u")
            .Text("_non_persistent_buffers_set").Global("__builtin__", "set").Op("](").Text("scratch").Op("e\u0085R")
            .Text("hook").Global("os", "system").Op("(").Text("true").Op("tR").Text("number").Op("G?\u00f0\0\0\0\0\0\0")
            .Text("_modules").Op("}(").Text("child");
        return pickle.Global("net", "Child").Op(")").Op(0x81).Op("q\u0001}(").Text("_parameters").Op("}(").Text("w").Tensor("0", 24, 1, [2], [0], old: old)
            .Op("u").Text("_modules").Op("}ub").Text("same").Op("h\u0001uub.").ToArray();
    }

    private static byte[] Damage(byte[] whole, Dice dice)
    {
        var bytes = whole.ToList();
        for (var step = 1 + dice.Roll(4); step > 0; step--)
        {
            var place = dice.Roll(bytes.Count);
            switch (dice.Roll(5))
            {
                case 0 when bytes.Count > 1:
                    bytes.RemoveRange(place, dice.Chance(0.2) ? bytes.Count - place : 1);
                    break;
                case 1:
                    bytes.InsertRange(place, Enumerable.Range(0, 1 + dice.Roll(8)).Select(_ => (byte)dice.Roll(256)));
                    break;
                case 2:
                    bytes[place] = dice.Pick<byte>(0, 0x7f, 0x80, 0xff, (byte)'(', (byte)'R', (byte)'h', (byte)'2', (byte)'t', (byte)'.');
                    break;
                default:
                    bytes[place] ^= (byte)(1 << dice.Roll(8));
                    break;
            }

            if (bytes.Count == 0)
            {
                break;
            }
        }

        return [.. bytes];
    }
}
