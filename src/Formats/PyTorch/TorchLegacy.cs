using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Ocs.Core.Pickles;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>
/// The format before PyTorch 1.6: five pickles (magic number, version, system information, object, storage keys), then
/// each storage after its number of elements.
/// </summary>
internal sealed class TorchLegacy : ITorchArchive
{
    private const long Version = 1001;

    private static readonly BigInteger Magic = BigInteger.Parse(
        "1950a86a20f9469cfc6c", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private readonly FileStream _file;
    private readonly Dictionary<string, TorchStorage> _storages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Start, long Length)> _places = new(StringComparer.Ordinal);

    public TorchLegacy(FileStream file)
    {
        _file = file;
        if (!BeginsWithMagic())
        {
            throw new InvalidDataException("it is neither a zip archive nor begins with PyTorch's magic number");
        }

        if (Next() is not Version)
        {
            throw new InvalidDataException($"it is not of version {Version} of its format");
        }

        if (Next() is PickleDictionary { Entries: var machine } && machine.GetValueOrDefault("little_endian") is false)
        {
            throw new InvalidDataException("its numbers are not in little-endian order");
        }

        Root = Next();
        FindPlaces(Next() as List<object?> ?? throw new InvalidDataException("it has no list of its storages"));
    }

    public object? Root { get; }

    public void Dispose()
    {
    }

    public long LengthOf(TorchStorage storage) => PlaceOf(storage).Length;

    public Tensor Read(TorchStorage storage, DType dtype)
    {
        _file.Position = PlaceOf(storage).Start;
        return TensorBytes.Read(_file, dtype, [storage.TotalCount]);
    }

    private (long Start, long Length) PlaceOf(TorchStorage storage) => _places.TryGetValue(storage.Key, out var place)
        ? place
        : throw new InvalidDataException($"it lacks its storage '{PickleText.Show(storage.Key)}'");

    private bool BeginsWithMagic()
    {
        try
        {
            return Next() is BigInteger number && number == Magic;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private object? Next() =>
        new Unpickler(new(_file, _file.Length - _file.Position), TorchGlobals.Call, Persistent).Read();

    private object? Persistent(object? id)
    {
        var value = TorchGlobals.Persistent(id);
        if (value is TorchStorage storage)
        {
            _storages.TryAdd(storage.Key, storage);
        }

        return value;
    }

    private void FindPlaces(List<object?> keys)
    {
        Span<byte> prefix = stackalloc byte[sizeof(long)];
        foreach (var key in keys)
        {
            if (key is not string name || !_storages.TryGetValue(name, out var storage))
            {
                throw new InvalidDataException("it holds a storage that no tensor is made of");
            }

            _file.ReadExactly(prefix);
            var count = BinaryPrimitives.ReadInt64LittleEndian(prefix);
            var size = TensorBytes.SizeOf(TorchTypes.Of(storage));
            if (count != storage.TotalCount || count > (_file.Length - _file.Position) / size)
            {
                throw new InvalidDataException(
                    $"its storage '{PickleText.Show(name)}' states {count} elements instead of {storage.TotalCount}, "
                    + "or more than there are");
            }

            _places[name] = (_file.Position, count * size);
            _file.Position += count * size;
        }
    }
}
