using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ocs.OnnxRuntime.Interop;

/// <summary>Describes a session's values, and carries tensors to the library and back.</summary>
internal static unsafe class Values
{
    private const string Failed = "ONNX Runtime did not describe a value";

    /// <summary>A session's inputs or outputs.</summary>
    public static ImmutableArray<ValueInfo> Describe(SessionHandle session, bool inputs)
    {
        var (ort, handle) = (Ort.Instance, session.DangerousGetHandle());
        var api = ort.Api;
        ort.Check(
            inputs ? api->SessionGetInputCount(handle, out var count) : api->SessionGetOutputCount(handle, out count),
            Failed);
        var infos = ImmutableArray.CreateBuilder<ValueInfo>((int)count);
        for (nuint i = 0; i < count; i++)
        {
            ort.Check(
                inputs
                    ? api->SessionGetInputName(handle, i, ort.Allocator, out var text)
                    : api->SessionGetOutputName(handle, i, ort.Allocator, out text),
                Failed);
            var name = ort.TakeText(text);
            ort.Check(
                inputs
                    ? api->SessionGetInputTypeInfo(handle, i, out var type)
                    : api->SessionGetOutputTypeInfo(handle, i, out type),
                Failed);
            try
            {
                ort.Check(api->CastTypeInfoToTensorInfo(type, out var tensor), Failed);
                infos.Add(
                    tensor == 0 ? new(name, ElementType.Undefined, []) : new(name, TypeOf(tensor), ShapeOf(tensor)));
            }
            finally
            {
                api->ReleaseTypeInfo(type);
            }
        }

        GC.KeepAlive(session);
        return infos.MoveToImmutable();
    }

    /// <summary>
    /// A value of the library on an array of ours, which must stay pinned until the value is released.
    /// </summary>
    public static nint Wrap(TensorData tensor)
    {
        var ort = Ort.Instance;
        var bytes = Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(tensor.Values));
        fixed (long* shape = tensor.Shape.AsSpan())
        {
            ort.Check(
                ort.Api->CreateTensorWithDataAsOrtValue(
                    ort.CpuMemory,
                    bytes,
                    (nuint)ElementTypes.BytesOf(tensor.Values),
                    shape,
                    (nuint)tensor.Shape.Length,
                    tensor.Type,
                    out var value),
                "ONNX Runtime did not take a tensor");
            return value;
        }
    }

    /// <summary>A copy of a value of the library.</summary>
    public static TensorData Copy(nint value, string name)
    {
        var ort = Ort.Instance;
        ort.Check(ort.Api->IsTensor(value, out var isTensor), Failed);
        if (isTensor == 0)
        {
            throw new OnnxRuntimeException($"The output '{name}' is no tensor, and only tensors are read.");
        }

        ort.Check(ort.Api->GetTensorTypeAndShape(value, out var info), Failed);
        try
        {
            var (type, shape) = (TypeOf(info), ShapeOf(info));
            var values = ElementTypes.Allocate(
                type, shape.Aggregate(1L, (product, size) => checked(product * size)), name);
            ort.Check(ort.Api->GetTensorMutableData(value, out var data), Failed);
            var length = ElementTypes.BytesOf(values);
            new ReadOnlySpan<byte>((void*)data, length)
                .CopyTo(MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(values), length));
            return new(values, type, shape);
        }
        finally
        {
            ort.Api->ReleaseTensorTypeAndShapeInfo(info);
        }
    }

    private static ElementType TypeOf(nint info)
    {
        Ort.Instance.Check(Ort.Instance.Api->GetTensorElementType(info, out var type), Failed);
        return type;
    }

    private static ImmutableArray<long> ShapeOf(nint info)
    {
        var ort = Ort.Instance;
        ort.Check(ort.Api->GetDimensionsCount(info, out var rank), Failed);
        var shape = new long[rank];
        fixed (long* sizes = shape)
        {
            ort.Check(ort.Api->GetDimensions(info, sizes, rank), Failed);
        }

        return [.. shape];
    }
}
