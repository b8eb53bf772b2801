using Ocs.Core.Pickles;

namespace Ocs.Formats;

/// <summary>
/// The names in PyTorch files that are known: dictionaries, sets, sizes, and tensors as views of storages. Every other
/// name gives a <see cref="PickleObject"/>.
/// </summary>
internal static class TorchGlobals
{
    private const int HighestRank = 64;

    /// <summary>The result of calling a class or function.</summary>
    public static object? Call(PickleGlobal global, object?[] arguments) =>
        (global.Module, global.Name, arguments) switch
        {
            ("collections", "OrderedDict", []) or ("collections", "defaultdict", _) => new PickleDictionary(),
            ("collections", "OrderedDict", [List<object?> pairs, ..]) => Dictionary(pairs),
            ("__builtin__" or "builtins", "set" or "frozenset", [List<object?> members, ..]) => new PickleSet(members),
            ("__builtin__" or "builtins", "set" or "frozenset", []) => new PickleSet([]),
            ("torch", "Size", [object?[] or List<object?>]) => arguments[0],
            ("torch._utils", "_rebuild_tensor" or "_rebuild_tensor_v2",
                [TorchStorage storage, var offset, var shape, var strides, ..]) =>
                new TorchTensor(storage, Integer(offset), Integers(shape), Integers(strides)),
            ("torch._utils", "_rebuild_parameter" or "_rebuild_parameter_with_state", [TorchTensor tensor, ..]) =>
                tensor,
            ("torch._tensor", "_rebuild_from_type_v2", [PickleGlobal function, _, object?[] inner, ..]) =>
                Call(function, inner),
            ("copy_reg" or "copyreg", "_reconstructor" or "__newobj__", [PickleGlobal made, ..]) =>
                new PickleObject(made),
            _ => new PickleObject(global),
        };

    /// <summary>
    /// The storage of a persistent id: ('storage', class, key, device, count). Old files add the range of a part, (key,
    /// offset, count). They also refer to a module's class and source this way, which is ignored.
    /// </summary>
    public static object? Persistent(object? id) => id switch
    {
        object?[] and ["module", PickleGlobal module, ..] => module,
        object?[] and ["storage", PickleGlobal type, string key, string, long count] =>
            Storage(type, key, count, 0, count),
        object?[] and ["storage", PickleGlobal type, string key, string, long count, null] =>
            Storage(type, key, count, 0, count),
        object?[] and
            [
                "storage", PickleGlobal type, string key, string, long count,
                object?[] and [string, long offset, long part],
            ] =>
            Storage(type, key, count, offset, part),
        _ => throw new InvalidDataException("it refers to a storage in an unknown way"),
    };

    private static TorchStorage Storage(PickleGlobal type, string key, long total, long offset, long count) =>
        total >= 0 && offset >= 0 && count >= 0 && offset <= total - count
            ? new(key, type.Name, total, offset, count)
            : throw new InvalidDataException(
                $"its storage '{PickleText.Show(key)}' has {count} of {total} elements from {offset}");

    private static PickleDictionary Dictionary(List<object?> pairs)
    {
        var dictionary = new PickleDictionary();
        foreach (var pair in pairs)
        {
            var (key, value) = pair switch
            {
                object?[] and [var first, var second] => (first, second),
                List<object?> and [var first, var second] => (first, second),
                _ => throw new InvalidDataException("a dictionary in it is not made of pairs"),
            };
            if (key is string text)
            {
                dictionary.Entries[text] = value;
            }
        }

        return dictionary;
    }

    private static long[] Integers(object? sizes) => sizes switch
    {
        object?[] { Length: <= HighestRank } tuple => [.. tuple.Select(Integer)],
        List<object?> { Count: <= HighestRank } list => [.. list.Select(Integer)],
        _ => throw new InvalidDataException("a tensor in it has an invalid shape"),
    };

    private static long Integer(object? value) => value is long integer
        ? integer
        : throw new InvalidDataException("a tensor's size or offset in it is not an integer");
}
