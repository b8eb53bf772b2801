using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>The activation functions of a recurrent node, listed for each direction.</summary>
internal static class RecurrentActivations
{
    private const float HardSlope = 0.2f;
    private const float HardMiddle = 0.5f;

    /// <summary>The functions of a direction of an LSTM or GRU; null for the defaults.</summary>
    public static GateActivations? OfGates(NodeImport node, int direction, int count)
    {
        if (Of(node, direction, count) is not { } stated)
        {
            return null;
        }

        var all = new GateActivations(
            stated[0], stated[1], count > 2 ? stated[2] : RecurrentActivation.Tanh);
        return all == new GateActivations() ? null : all;
    }

    /// <summary>Whether a direction of an RNN uses ReLU instead of tanh.</summary>
    public static bool IsRelu(NodeImport node, int direction) => Of(node, direction, 1) switch
    {
        null or [RecurrentActivation.Tanh] => false,
        [RecurrentActivation.Relu] => true,
        var other => throw node.Error($"its activation is {other[0]}: Tanh and Relu are supported"),
    };

    private static RecurrentActivation[]? Of(NodeImport node, int direction, int count)
    {
        if (node.Node.Texts("activations") is not { Length: > 0 } stated)
        {
            return null;
        }

        RecurrentActivation[] all =
        [
            .. stated.Select(name =>
                Enum.TryParse<RecurrentActivation>(name, ignoreCase: true, out var kind) && !char.IsDigit(name[0])
                    ? kind
                    : throw Unread(node, stated)),
        ];
        var isHard = all.Contains(RecurrentActivation.HardSigmoid);
        return all.Length < (direction + 1) * count
            || (isHard && !(Only("activation_alpha", HardSlope) && Only("activation_beta", HardMiddle)))
            ? throw Unread(node, stated)
            : all[(direction * count)..((direction + 1) * count)];

        bool Only(string attribute, float number) =>
            node.Node.Floats(attribute) is not { } numbers || numbers.All(one => one == number);
    }

    private static OcsInputException Unread(NodeImport node, string[] stated) => node.Error(
        $"its activations are {string.Join(", ", stated)}: Sigmoid, Tanh, Relu, and HardSigmoid with the slope "
        + $"{HardSlope} are supported");
}
