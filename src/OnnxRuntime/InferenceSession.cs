using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;
using Ort = Microsoft.ML.OnnxRuntime;

namespace Ocs.OnnxRuntime;

/// <summary>An ONNX model, prepared by ONNX Runtime for the CPU.</summary>
public sealed class InferenceSession : IDisposable
{
    private readonly Ort.InferenceSession _session;
    private bool _isDisposed;

    private InferenceSession(string name, Ort.InferenceSession session)
    {
        Name = name;
        _session = session;
        Inputs = Describe(session.InputNames, session.InputMetadata);
        Outputs = Describe(session.OutputNames, session.OutputMetadata);
    }

    /// <summary>The version of ONNX Runtime.</summary>
    /// <exception cref="OnnxRuntimeException">The library does not load on this machine.</exception>
    public static string RuntimeVersion => Library.Version;

    /// <summary>The file, or the caller's name of the bytes.</summary>
    public string Name { get; }

    /// <summary>The inputs, in the model's order.</summary>
    public ImmutableArray<ValueInfo> Inputs { get; }

    /// <summary>The outputs, in the model's order.</summary>
    public ImmutableArray<ValueInfo> Outputs { get; }

    /// <summary>The file's metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _session.ModelMetadata.CustomMetadataMap;

    /// <summary>Loads a file with its external data.</summary>
    /// <param name="path">The ONNX file.</param>
    /// <param name="threads">Threads of one operator; 0 takes one per core.</param>
    /// <exception cref="OnnxRuntimeException">
    /// It is missing or damaged, or has operators that ONNX Runtime does not know.
    /// </exception>
    public static InferenceSession Open(string path, int threads = 0) => File.Exists(path)
        ? Create(path, threads, options => new(path, options))
        : throw new OnnxRuntimeException($"{path} does not exist; give the path of an ONNX file.");

    /// <summary>Loads a file's bytes.</summary>
    /// <param name="model">The bytes.</param>
    /// <param name="name">Their name in messages.</param>
    /// <param name="threads">Threads of one operator; 0 takes one per core.</param>
    /// <exception cref="OnnxRuntimeException">
    /// They are damaged, or have operators that ONNX Runtime does not know.
    /// </exception>
    public static InferenceSession Read(byte[] model, string name, int threads = 0) =>
        Create(name, threads, options => new(model, options));

    /// <summary>Computes the outputs for inputs, both in the model's order.</summary>
    /// <exception cref="OnnxRuntimeException">An input has another type or shape than the model's.</exception>
    public ImmutableArray<TensorData> Run(params IReadOnlyList<TensorData> inputs)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
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

        var (pins, values) = (new List<PinnedGCHandle<Array>>(), new List<Ort.OrtValue>());
        try
        {
            foreach (var input in inputs)
            {
                pins.Add(new(input.Values));
                values.Add(Wrap(input));
            }

            using var options = new Ort.RunOptions();
            using var outputs = _session.Run(options, _session.InputNames, values, _session.OutputNames);
            return [.. Outputs.Zip(outputs, (info, value) => Copy(value, info.Name))];
        }
        catch (Ort.OnnxRuntimeException error)
        {
            throw Library.Translate($"{Name} does not run under ONNX Runtime {RuntimeVersion}", error);
        }
        finally
        {
            values.ForEach(value => value.Dispose());
            pins.ForEach(pin => pin.Dispose());
        }
    }

    /// <summary>Releases the network.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _session.Dispose();
    }

    private static InferenceSession Create(
        string name, int threads, Func<Ort.SessionOptions, Ort.InferenceSession> load)
    {
        var version = RuntimeVersion;
        Ort.InferenceSession? session = null;
        try
        {
            using var options = new Ort.SessionOptions { IntraOpNumThreads = threads };
            session = load(options);
            return new(name, session);
        }
        catch (Exception error)
        {
            session?.Dispose();
            if (error is Ort.OnnxRuntimeException)
            {
                throw Library.Translate($"ONNX Runtime {version} does not load {name}", error);
            }

            throw;
        }
    }

    private static ImmutableArray<ValueInfo> Describe(
        IReadOnlyList<string> names, IReadOnlyDictionary<string, Ort.NodeMetadata> values) =>
    [
        .. names.Select(name => values[name] is { IsTensor: true } tensor
            ? new ValueInfo(
                name, (ElementType)tensor.ElementDataType, [.. tensor.Dimensions.Select(size => (long)size)])
            : new ValueInfo(name, ElementType.Undefined, [])),
    ];

    // A value over a managed array, which must stay pinned until the value is released.
    private static unsafe Ort.OrtValue Wrap(TensorData tensor) => Ort.OrtValue.CreateTensorValueWithData(
        Ort.OrtMemoryInfo.DefaultInstance,
        (TensorElementType)tensor.Type,
        [.. tensor.Shape],
        (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(tensor.Values)),
        ElementTypes.BytesOf(tensor.Values));

    private static TensorData Copy(Ort.OrtValue value, string name)
    {
        if (!value.IsTensor)
        {
            throw new OnnxRuntimeException($"The output '{name}' is not a tensor; only tensors are supported.");
        }

        var info = value.GetTensorTypeAndShape();
        var type = (ElementType)info.ElementDataType;
        var values = ElementTypes.Allocate(type, info.ElementCount, name);
        value.GetTensorMutableRawData().CopyTo(MemoryMarshal.CreateSpan(
            ref MemoryMarshal.GetArrayDataReference(values), ElementTypes.BytesOf(values)));
        return new(values, type, [.. info.Shape]);
    }
}
