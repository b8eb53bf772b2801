using System.Text.Json.Serialization;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>A function inside a recurrent layer.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RecurrentActivation>))]
public enum RecurrentActivation
{
    /// <summary>1 / (1 + e^-x).</summary>
    Sigmoid,

    /// <summary>tanh(x).</summary>
    Tanh,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x / 5 + 1/2, between 0 and 1: ONNX's and Keras's, which is not that of <see cref="Activation"/>.
    /// </summary>
    HardSigmoid,
}

/// <summary>The functions of a gated layer, where they are not the usual ones.</summary>
/// <param name="Gates">Of the gates; usually the sigmoid.</param>
/// <param name="Candidate">Of what is new; usually tanh.</param>
/// <param name="Output">Of an LSTM's cell on its way out; usually tanh. A GRU has none.</param>
public sealed record GateActivations(
    RecurrentActivation Gates = RecurrentActivation.Sigmoid,
    RecurrentActivation Candidate = RecurrentActivation.Tanh,
    RecurrentActivation Output = RecurrentActivation.Tanh)
{
    private const double Slope = 0.2;
    private const double Middle = 0.5;

    internal static Tensor Run(RecurrentActivation kind, Tensor x)
    {
        switch (kind)
        {
            case RecurrentActivation.Sigmoid:
                return Aten.Sigmoid(x);
            case RecurrentActivation.Tanh:
                return Aten.Tanh(x);
            case RecurrentActivation.Relu:
                return Aten.Relu(x);
            case RecurrentActivation.HardSigmoid:
                using (var scaled = Aten.Mul(x, Slope))
                using (var shifted = Aten.Add(scaled, Middle))
                {
                    return Aten.Clamp(shifted, 0, 1);
                }

            default:
                throw new InvalidOperationException($"Activation {kind} has no run rule.");
        }
    }

    /// <summary>Whether a unit that gets nothing gives nothing.</summary>
    internal bool KeepsZero => KeepZero(Candidate) && KeepZero(Output);

    private static bool KeepZero(RecurrentActivation kind) =>
        kind is RecurrentActivation.Tanh or RecurrentActivation.Relu;
}
