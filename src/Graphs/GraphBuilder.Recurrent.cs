using Ocs.Graphs.Operators;

namespace Ocs.Graphs;

/// <content>Recurrent networks. Names of parameters are PyTorch's.</content>
public sealed partial class GraphBuilder
{
    /// <summary>
    /// LSTM over [N, T, I]; the outputs of every step, both directions side by side where there are two.
    /// </summary>
    public Value Lstm(
        string nodeName, Value x, long hidden, int layers = 1, bool bidirectional = false, bool bias = true) =>
        Recurrent(nodeName, x, hidden, gates: 4, reverse => new Lstm(reverse), layers, bidirectional, bias);

    /// <summary>The same as a GRU.</summary>
    public Value Gru(
        string nodeName, Value x, long hidden, int layers = 1, bool bidirectional = false, bool bias = true) =>
        Recurrent(nodeName, x, hidden, gates: 3, reverse => new Gru(reverse), layers, bidirectional, bias);

    /// <summary>The same without gates, by tanh or ReLU.</summary>
    public Value Rnn(
        string nodeName,
        Value x,
        long hidden,
        int layers = 1,
        bool bidirectional = false,
        bool bias = true,
        bool relu = false) =>
        Recurrent(nodeName, x, hidden, gates: 1, reverse => new Rnn(reverse, relu), layers, bidirectional, bias);

    private Value Recurrent(
        string nodeName,
        Value x,
        long hidden,
        int gates,
        Func<bool, Operator> make,
        int layers,
        bool bidirectional,
        bool bias)
    {
        var uniform = Initialization.Uniform(1 / Math.Sqrt(hidden));
        for (var layer = 0; layer < layers; layer++)
        {
            var input = x;
            var suffix = FormattableString.Invariant($"l{layer}");
            Value Direction(string suffix, bool reverse)
            {
                ParameterSpec[] specs =
                [
                    new(
                        $"{nodeName}.weight_ih_{suffix}",
                        [gates * hidden, ShapeOf(input)[^1]],
                        ParameterRole.Weight,
                        uniform),
                    new($"{nodeName}.weight_hh_{suffix}", [gates * hidden, hidden], ParameterRole.Weight, uniform),
                    new($"{nodeName}.bias_ih_{suffix}", [gates * hidden], ParameterRole.Bias, uniform),
                    new($"{nodeName}.bias_hh_{suffix}", [gates * hidden], ParameterRole.Bias, uniform),
                ];
                return Add($"{nodeName}.{suffix}", make(reverse), [input], bias ? specs : specs[..2]);
            }

            x = Direction(suffix, reverse: false);
            x = bidirectional
                ? Concat($"{nodeName}.{suffix}.both", 2, x, Direction($"{suffix}_reverse", reverse: true))
                : x;
        }

        return x;
    }
}
