using System.Runtime.InteropServices;

namespace Ocs.OnnxRuntime.Interop;

/// <summary>Owns one session of the library.</summary>
internal sealed unsafe class SessionHandle : SafeHandle
{
    private SessionHandle(nint session)
        : base(0, ownsHandle: true) => SetHandle(session);

    public override bool IsInvalid => handle == 0;

    /// <summary>Loads a file.</summary>
    public static SessionHandle Open(string path, SessionOptions options) => Create(
        path,
        options,
        (ort, prepared) =>
        {
            fixed (byte* text = System.Text.Encoding.UTF8.GetBytes(path + '\0'))
            {
                return (ort.Api->CreateSession(ort.RuntimeEnvironment, text, prepared, out var session), session);
            }
        });

    /// <summary>Loads a file's bytes.</summary>
    public static SessionHandle Read(byte[] model, string name, SessionOptions options) => Create(
        name,
        options,
        (ort, prepared) =>
        {
            fixed (byte* bytes = model)
            {
                return (
                    ort.Api->CreateSessionFromArray(
                        ort.RuntimeEnvironment, bytes, (nuint)model.Length, prepared, out var session),
                    session);
            }
        });

    protected override bool ReleaseHandle()
    {
        Ort.Instance.Api->ReleaseSession(handle);
        return true;
    }

    private static SessionHandle Create(
        string name, SessionOptions options, Func<Ort, nint, (nint Status, nint Session)> load)
    {
        var ort = Ort.Instance;
        ort.Check(ort.Api->CreateSessionOptions(out var prepared), "ONNX Runtime made no options");
        try
        {
            ort.Check(
                ort.Api->SetIntraOpNumThreads(prepared, options.IntraOpThreads),
                "ONNX Runtime did not take the number of threads");
            ort.Check(
                ort.Api->SetSessionGraphOptimizationLevel(prepared, options.Optimization),
                "ONNX Runtime did not take the level of optimization");
            var (status, session) = load(ort, prepared);
            ort.Check(status, $"ONNX Runtime {ort.Version} does not load {name}");
            return new(session);
        }
        finally
        {
            ort.Api->ReleaseSessionOptions(prepared);
        }
    }
}
