using System.Runtime.InteropServices;

namespace Ocs.OnnxRuntime.Interop;

/// <summary>
/// Those functions of ONNX Runtime's C API that are used, at their places in its table (onnxruntime_c_api.h, the
/// part of version 1, which later versions only add to). All that return a number return a status: 0, or an error.
/// </summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct OrtApi
{
    private const int Word = 8;

    [FieldOffset(2 * Word)]
    public delegate* unmanaged<nint, nint> GetErrorMessage;

    [FieldOffset(3 * Word)]
    public delegate* unmanaged<int, byte*, out nint, nint> CreateEnv;

    [FieldOffset(7 * Word)]
    public delegate* unmanaged<nint, byte*, nint, out nint, nint> CreateSession;

    [FieldOffset(8 * Word)]
    public delegate* unmanaged<nint, byte*, nuint, nint, out nint, nint> CreateSessionFromArray;

    [FieldOffset(9 * Word)]
    public delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint> Run;

    [FieldOffset(10 * Word)]
    public delegate* unmanaged<out nint, nint> CreateSessionOptions;

    [FieldOffset(23 * Word)]
    public delegate* unmanaged<nint, GraphOptimization, nint> SetSessionGraphOptimizationLevel;

    [FieldOffset(24 * Word)]
    public delegate* unmanaged<nint, int, nint> SetIntraOpNumThreads;

    [FieldOffset(30 * Word)]
    public delegate* unmanaged<nint, out nuint, nint> SessionGetInputCount;

    [FieldOffset(31 * Word)]
    public delegate* unmanaged<nint, out nuint, nint> SessionGetOutputCount;

    [FieldOffset(33 * Word)]
    public delegate* unmanaged<nint, nuint, out nint, nint> SessionGetInputTypeInfo;

    [FieldOffset(34 * Word)]
    public delegate* unmanaged<nint, nuint, out nint, nint> SessionGetOutputTypeInfo;

    [FieldOffset(36 * Word)]
    public delegate* unmanaged<nint, nuint, nint, out nint, nint> SessionGetInputName;

    [FieldOffset(37 * Word)]
    public delegate* unmanaged<nint, nuint, nint, out nint, nint> SessionGetOutputName;

    [FieldOffset(49 * Word)]
    public delegate* unmanaged<nint, void*, nuint, long*, nuint, ElementType, out nint, nint>
        CreateTensorWithDataAsOrtValue;

    [FieldOffset(50 * Word)]
    public delegate* unmanaged<nint, out int, nint> IsTensor;

    [FieldOffset(51 * Word)]
    public delegate* unmanaged<nint, out nint, nint> GetTensorMutableData;

    [FieldOffset(55 * Word)]
    public delegate* unmanaged<nint, out nint, nint> CastTypeInfoToTensorInfo;

    [FieldOffset(60 * Word)]
    public delegate* unmanaged<nint, out ElementType, nint> GetTensorElementType;

    [FieldOffset(61 * Word)]
    public delegate* unmanaged<nint, out nuint, nint> GetDimensionsCount;

    [FieldOffset(62 * Word)]
    public delegate* unmanaged<nint, long*, nuint, nint> GetDimensions;

    [FieldOffset(65 * Word)]
    public delegate* unmanaged<nint, out nint, nint> GetTensorTypeAndShape;

    [FieldOffset(69 * Word)]
    public delegate* unmanaged<int, int, out nint, nint> CreateCpuMemoryInfo;

    [FieldOffset(76 * Word)]
    public delegate* unmanaged<nint, nint, nint> AllocatorFree;

    [FieldOffset(78 * Word)]
    public delegate* unmanaged<out nint, nint> GetAllocatorWithDefaultOptions;

    [FieldOffset(93 * Word)]
    public delegate* unmanaged<nint, void> ReleaseStatus;

    [FieldOffset(95 * Word)]
    public delegate* unmanaged<nint, void> ReleaseSession;

    [FieldOffset(96 * Word)]
    public delegate* unmanaged<nint, void> ReleaseValue;

    [FieldOffset(98 * Word)]
    public delegate* unmanaged<nint, void> ReleaseTypeInfo;

    [FieldOffset(99 * Word)]
    public delegate* unmanaged<nint, void> ReleaseTensorTypeAndShapeInfo;

    [FieldOffset(100 * Word)]
    public delegate* unmanaged<nint, void> ReleaseSessionOptions;
}

/// <summary>What the library's one export, <c>OrtGetApiBase</c>, gives.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct OrtApiBase
{
    public delegate* unmanaged<uint, OrtApi*> GetApi;
    public delegate* unmanaged<nint> GetVersionString;
}
