using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Recurrent layers step by step, in the forms that libtorch has no operator of. Parameters lie as in
/// <see cref="Gru"/> and <see cref="Lstm"/>.
/// </summary>
internal static class SteppedRecurrence
{
    /// <summary>
    /// A GRU: h' = (1 - z) n + z h, with the reset gate r on h before the product with the hidden weight of n, or on
    /// that product.
    /// </summary>
    public static Tensor Gru(
        Tensor input, Tensor state, ReadOnlySpan<Tensor> parameters, bool resetsBefore, GateActivations activations)
    {
        var size = state.Shape[1];
        using var all = Aten.Linear(input, parameters[0], parameters.Length > 2 ? parameters[2] : null);
        using var gateWeight = Aten.Narrow(parameters[1], 0, 0, 2 * size);
        using var newWeight = Aten.Narrow(parameters[1], 0, 2 * size, size);
        using var gateBias = parameters.Length > 2 ? Aten.Narrow(parameters[3], 0, 0, 2 * size) : null;
        using var newBias = parameters.Length > 2 ? Aten.Narrow(parameters[3], 0, 2 * size, size) : null;
        var steps = new List<Tensor>();
        try
        {
            for (var step = 0L; step < input.Shape[1]; step++)
            {
                var hidden = steps.Count > 0 ? steps[^1] : state;
                using var x = Aten.Select(all, 1, step);
                using var gatesOfInput = Aten.Narrow(x, 1, 0, 2 * size);
                using var gatesOfState = Aten.Linear(hidden, gateWeight, gateBias);
                using var sum = Aten.Add(gatesOfInput, gatesOfState);
                using var gates = GateActivations.Run(activations.Gates, sum);
                using var reset = Part(gates, 0, size);
                using var update = Part(gates, 1, size);
                using var ofState = resetsBefore
                    ? Linear(Aten.Mul(reset, hidden), newWeight, newBias)
                    : Times(reset, Aten.Linear(hidden, newWeight, newBias));
                using var ofInput = Part(x, 2, size);
                using var total = Aten.Add(ofInput, ofState);
                using var candidate = GateActivations.Run(activations.Candidate, total);
                using var difference = Aten.Sub(hidden, candidate);
                using var kept = Aten.Mul(update, difference);
                steps.Add(Aten.Add(candidate, kept));
            }

            return Stacked(steps);
        }
        finally
        {
            steps.ForEach(step => step.Dispose());
        }
    }

    /// <summary>
    /// An LSTM, whose gates may look at the cell through peepholes [3H] (Gers and Schmidhuber 2000): input and forget
    /// gate at the cell before, the output gate at the one after.
    /// </summary>
    /// <returns>The outputs of all steps and the last cell [N, H].</returns>
    public static (Tensor Steps, Tensor Cell) Lstm(
        Tensor input,
        ReadOnlySpan<Tensor> states,
        ReadOnlySpan<Tensor> parameters,
        Tensor? peepholes,
        GateActivations activations)
    {
        var size = states[0].Shape[1];
        using var all = Aten.Linear(input, parameters[0], parameters.Length > 2 ? parameters[2] : null);
        var steps = new List<Tensor>();
        var cell = states[1].Alias();
        try
        {
            for (var step = 0L; step < input.Shape[1]; step++)
            {
                using var x = Aten.Select(all, 1, step);
                var hidden = steps.Count > 0 ? steps[^1] : states[0];
                using var ofState = Aten.Linear(hidden, parameters[1], parameters.Length > 2 ? parameters[3] : null);
                using var sum = Aten.Add(x, ofState);
                using var enter = Gate(sum, 0, 0, cell, peepholes, activations);
                using var keep = Gate(sum, 1, 1, cell, peepholes, activations);
                using var news = Part(sum, 2, size);
                using var candidate = GateActivations.Run(activations.Candidate, news);
                using var added = Aten.Mul(enter, candidate);
                using var kept = Aten.Mul(keep, cell);
                var next = Aten.Add(kept, added);
                cell.Dispose();
                cell = next;
                using var leave = Gate(sum, 3, 2, cell, peepholes, activations);
                using var shown = GateActivations.Run(activations.Output, cell);
                steps.Add(Aten.Mul(leave, shown));
            }

            return (Stacked(steps), cell);
        }
        catch
        {
            cell.Dispose();
            throw;
        }
        finally
        {
            steps.ForEach(step => step.Dispose());
        }
    }

    private static Tensor Gate(
        Tensor sums, int part, int peephole, Tensor cell, Tensor? peepholes, GateActivations activations)
    {
        var size = cell.Shape[1];
        using var sum = Part(sums, part, size);
        if (peepholes is null)
        {
            return GateActivations.Run(activations.Gates, sum);
        }

        using var weight = Aten.Narrow(peepholes, 0, peephole * size, size);
        using var seen = Aten.Mul(cell, weight);
        using var total = Aten.Add(sum, seen);
        return GateActivations.Run(activations.Gates, total);
    }

    private static Tensor Part(Tensor gates, long index, long size) => Aten.Narrow(gates, 1, index * size, size);

    private static Tensor Linear(Tensor input, Tensor weight, Tensor? bias)
    {
        using (input)
        {
            return Aten.Linear(input, weight, bias);
        }
    }

    private static Tensor Times(Tensor left, Tensor right)
    {
        using (right)
        {
            return Aten.Mul(left, right);
        }
    }

    private static Tensor Stacked(List<Tensor> steps)
    {
        using var first = Aten.Stack(steps);
        return Aten.Transpose(first, 0, 1);
    }
}
