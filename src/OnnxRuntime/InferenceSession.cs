using System.Collections.Immutable;
using Ocs.OnnxRuntime.Interop;

namespace Ocs.OnnxRuntime;

/// <summary>A network in an ONNX file, prepared by ONNX Runtime to be run on the CPU.</summary>
public sealed class InferenceSession : IDisposable
{
    private readonly SessionHandle _session;

    private InferenceSession(string name, SessionHandle session)
    {
        Name = name;
        _session = session;
        Inputs = Values.Describe(session, inputs: true);
        Outputs = Values.Describe(session, inputs: false);
    }

    /// <summary>The version of the library that is found.</summary>
    /// <exception cref="OnnxRuntimeException">It is not there; the message says what to do.</exception>
    public static string RuntimeVersion => Ort.Instance.Version;

    /// <summary>Why there is no ONNX Runtime, in one sentence that says what to do; null where it is there.</summary>
    public static string? Missing
    {
        get
        {
            try
            {
                _ = Ort.Instance;
                return null;
            }
            catch (OnnxRuntimeException error)
            {
                return error.Message;
            }
        }
    }

    /// <summary>The file, or what the caller named the bytes.</summary>
    public string Name { get; }

    /// <summary>What the network takes, in its order.</summary>
    public ImmutableArray<ValueInfo> Inputs { get; }

    /// <summary>What the network gives, in its order.</summary>
    public ImmutableArray<ValueInfo> Outputs { get; }

    /// <summary>Loads a file, and those that hold its weights beside it.</summary>
    /// <exception cref="OnnxRuntimeException">
    /// It is missing or damaged, or has operators that ONNX Runtime does not know.
    /// </exception>
    public static InferenceSession Open(string path, SessionOptions? options = null) => File.Exists(path)
        ? Take(path, SessionHandle.Open(path, options ?? new()))
        : throw new OnnxRuntimeException($"{path} is not there; give the path of an ONNX file.");

    /// <summary>Loads a file's bytes; <paramref name="name"/> is what messages call them.</summary>
    public static InferenceSession Read(byte[] model, string name, SessionOptions? options = null) =>
        Take(name, SessionHandle.Read(model, name, options ?? new()));

    /// <summary>The outputs for inputs, both in the network's order.</summary>
    /// <exception cref="OnnxRuntimeException">An input has another type or shape than the network takes.</exception>
    public ImmutableArray<TensorData> Run(params IReadOnlyList<TensorData> inputs)
    {
        ObjectDisposedException.ThrowIf(_session.IsClosed, this);
        if (inputs.Count != Inputs.Length)
        {
            throw new OnnxRuntimeException($"{Name} takes {Inputs.Length} inputs, but {inputs.Count} are given.");
        }

        foreach (var (input, tensor) in Inputs.Zip(inputs))
        {
            if (!input.Takes(tensor))
            {
                throw new OnnxRuntimeException($"{Name} takes {input} as '{input.Name}', but {tensor} is given.");
            }
        }

        return SessionRun.Execute(this, _session, inputs);
    }

    /// <summary>Releases the network.</summary>
    public void Dispose() => _session.Dispose();

    private static InferenceSession Take(string name, SessionHandle session)
    {
        try
        {
            return new(name, session);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}
