using Onnx;

namespace Ocs.Formats.Tests.Onnx.Probes;

/// <summary>An operator on a computed value.</summary>
/// <param name="Name">What it is called in the table: the operator, and a setting.</param>
/// <param name="Body">Adds it.</param>
internal sealed record Probe(string Name, Func<ProbeFile, Shaped, Shaped> Body)
{
    /// <summary>The version of ONNX's operators.</summary>
    public long Opset { get; init; } = 17;

    /// <summary>Whether it gives an output of the file, and nothing reads it.</summary>
    public bool IsEnd { get; init; }

    /// <summary>The type of that output.</summary>
    public TensorProto.Types.DataType EndType { get; init; } = TensorProto.Types.DataType.Float;

    /// <summary>Whose operators there are besides ONNX's.</summary>
    public string Domain { get; init; } = "";

    /// <summary>Whether it stays in the file as it is.</summary>
    public bool IsKept { get; init; }
}
