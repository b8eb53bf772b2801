using System.Runtime.InteropServices;

namespace Ocs.OnnxRuntime.Interop;

/// <summary>
/// The library's functions, and what a process makes once: an environment, and memory to describe tensors with.
/// </summary>
internal sealed unsafe class Ort
{
    private const uint ApiVersion = 1;
    private const int LogFatal = 4;
    private const int ArenaAllocator = 1;
    private const int DefaultMemory = 0;
    private static readonly Lazy<Ort> Loaded = new(() => new());

    private Ort()
    {
        Telemetry.TurnOff();
        var library = LibraryFinder.Load(
            Environment.GetEnvironmentVariable(LibraryFinder.Variable), AppContext.BaseDirectory);
        if (!NativeLibrary.TryGetExport(library, "OrtGetApiBase", out var export))
        {
            throw new OnnxRuntimeException(
                "The library that was found is not ONNX Runtime's: "
                + $"set {LibraryFinder.Variable} to a libonnxruntime.so.");
        }

        var apiBase = ((delegate* unmanaged<OrtApiBase*>)export)();
        Version = Marshal.PtrToStringUTF8(apiBase->GetVersionString())!;
        Api = apiBase->GetApi(ApiVersion);
        nint environment;
        fixed (byte* name = "ocs"u8)
        {
            Check(Api->CreateEnv(LogFatal, name, out environment), "ONNX Runtime did not start");
        }

        RuntimeEnvironment = environment;
        Check(Api->CreateCpuMemoryInfo(ArenaAllocator, DefaultMemory, out var memory), "ONNX Runtime did not start");
        CpuMemory = memory;
        Check(Api->GetAllocatorWithDefaultOptions(out var allocator), "ONNX Runtime did not start");
        Allocator = allocator;
    }

    /// <summary>The one of this process; its first use loads the library.</summary>
    public static Ort Instance => Loaded.Value;

    public OrtApi* Api { get; }

    public string Version { get; }

    public nint RuntimeEnvironment { get; }

    public nint CpuMemory { get; }

    public nint Allocator { get; }

    /// <summary>Throws what a status says; <paramref name="what"/> is the sentence's first part.</summary>
    public void Check(nint status, string what)
    {
        if (status != 0)
        {
            var message = Marshal.PtrToStringUTF8(Api->GetErrorMessage(status))!
                .ReplaceLineEndings(" ")
                .Trim()
                .TrimEnd('.');
            Api->ReleaseStatus(status);
            throw new OnnxRuntimeException($"{what} ({message}).");
        }
    }

    /// <summary>A text that the library has made, which is released.</summary>
    public string TakeText(nint text)
    {
        var result = Marshal.PtrToStringUTF8(text)!;
        Check(Api->AllocatorFree(Allocator, text), "ONNX Runtime did not release a name");
        return result;
    }
}
