using System.Collections.Concurrent;

namespace Ocs.Torch.Interop;

/// <summary>
/// An operator of libtorch's dispatcher. It is looked up at its first call, so that libtorch loads late.
/// </summary>
internal sealed class AtenOperator(string name, string overload = "")
{
    private static readonly ConcurrentDictionary<(string Name, string Overload), AtenOperator> Known = new();
    private nint _pointer;

    public nint Pointer => _pointer != 0 ? _pointer : Find();

    /// <summary>The full name as in PyTorch: <c>aten::add.Tensor</c>.</summary>
    public string FullName => overload.Length == 0 ? name : $"{name}.{overload}";

    public static AtenOperator Get(string name, string overload)
        => Known.GetOrAdd((name, overload), static key => new AtenOperator(key.Name, key.Overload));

    private nint Find()
    {
        NativeError.ThrowIfFailed(NativeMethods.OperatorFind(name, overload, out var pointer), FullName);
        return _pointer = pointer;
    }
}
