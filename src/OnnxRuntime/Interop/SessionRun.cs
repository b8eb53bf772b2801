using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Ocs.OnnxRuntime.Interop;

/// <summary>One run of a session: what is pinned, named and made for it is let go at its end.</summary>
internal sealed unsafe class SessionRun : IDisposable
{
    private readonly List<PinnedGCHandle<Array>> _pins = [];
    private readonly List<nint> _texts = [];
    private readonly List<nint> _values = [];

    /// <summary>The outputs, copied, for inputs in the session's order.</summary>
    public static ImmutableArray<TensorData> Execute(
        InferenceSession network, SessionHandle session, IReadOnlyList<TensorData> inputs)
    {
        using var run = new SessionRun();
        return run.Run(network, session, inputs);
    }

    public void Dispose()
    {
        _texts.ForEach(Marshal.FreeCoTaskMem);
        _values.ForEach(value => Ort.Instance.Api->ReleaseValue(value));
        _pins.ForEach(pin => pin.Dispose());
    }

    private ImmutableArray<TensorData> Run(
        InferenceSession network, SessionHandle session, IReadOnlyList<TensorData> inputs)
    {
        var ort = Ort.Instance;
        nint[] inputNames = [.. network.Inputs.Select(input => Text(input.Name))];
        nint[] outputNames = [.. network.Outputs.Select(output => Text(output.Name))];
        nint[] given = [.. inputs.Select(Wrap)];
        var made = new nint[outputNames.Length];
        nint status;
        fixed (nint* inputName = inputNames, outputName = outputNames, input = given, output = made)
        {
            status = ort.Api->Run(
                session.DangerousGetHandle(),
                0,
                inputName,
                input,
                (nuint)given.Length,
                outputName,
                (nuint)made.Length,
                output);
        }

        GC.KeepAlive(session);
        _values.AddRange(made.Where(value => value != 0));
        ort.Check(status, $"{network.Name} does not run under ONNX Runtime {ort.Version}");
        return [.. network.Outputs.Zip(made, (output, value) => Values.Copy(value, output.Name))];
    }

    private nint Text(string name)
    {
        _texts.Add(Marshal.StringToCoTaskMemUTF8(name));
        return _texts[^1];
    }

    private nint Wrap(TensorData tensor)
    {
        _pins.Add(new(tensor.Values));
        _values.Add(Values.Wrap(tensor));
        return _values[^1];
    }
}
