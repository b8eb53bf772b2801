using System.Collections.Immutable;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Graphs;

/// <content>Training in stretches whose values backward computes once more.</content>
public sealed partial class Executor
{
    private readonly Lazy<ImmutableArray<Stretch>> _stretches;

    private Tensor[] ComputeInStretches(Plan plan, ReadOnlySpan<Tensor> inputs, ImmutableArray<int> wanted)
    {
        var values = new Tensor?[plan.Nodes.Length];
        try
        {
            var next = 0;
            for (var index = 0; index < values.Length; index++)
            {
                values[index] = plan.Nodes[index].Operator is Input ? Layout(inputs[next++]) : null;
            }

            foreach (var stretch in _stretches.Value)
            {
                Tensor[] read = [.. stretch.Inputs.Select(value => values[value]!)];

                // The values of the last one are what backward begins with.
                var made = stretch.End == values.Length
                    ? Compute(plan, stretch, read, once: true)
                    : InStretch(plan, stretch, read);
                foreach (var (value, tensor) in stretch.Outputs.Zip(made))
                {
                    values[value] = tensor;
                }

                foreach (var released in plan.ReleasedAfter[stretch.First..stretch.End].SelectMany(some => some))
                {
                    values[released]?.Dispose();
                    values[released] = null;
                }
            }

            return Take(values, wanted);
        }
        finally
        {
            Release(values);
        }
    }

    // Dropout drops the same numbers both times.
    private Tensor[] InStretch(Plan plan, Stretch stretch, Tensor[] read)
    {
        var device = read[0].Device;
        var state = RandomState(device);
        return Recomputation.Run(read, (given, again) =>
        {
            if (!again)
            {
                return Compute(plan, stretch, given, once: true);
            }

            var now = RandomState(device);
            SetRandomState(device, state);
            try
            {
                return Compute(plan, stretch, given, once: false);
            }
            finally
            {
                SetRandomState(device, now);
            }
        });
    }

    // The outputs of a stretch. Running statistics move `once`: the second time those that move are copies.
    private Tensor[] Compute(Plan plan, Stretch stretch, IReadOnlyList<Tensor> read, bool once)
    {
        var values = new Tensor?[plan.Nodes.Length];
        var copies = new List<Tensor>();
        try
        {
            foreach (var (value, tensor) in stretch.Inputs.Zip(read))
            {
                values[value] = tensor.Alias();
            }

            for (var index = stretch.First; index < stretch.End; index++)
            {
                var node = plan.Nodes[index];
                if (node.Operator is not Input)
                {
                    var inPlace = plan.InPlace[index] && !stretch.Inputs.Contains(node.Inputs[0]);
                    values[index] = Run(node, values, Parameter, training: true, inPlace);
                }

                foreach (var released in plan.ReleasedAfter[index])
                {
                    values[released]?.Dispose();
                    values[released] = null;
                }
            }

            return Take(values, stretch.Outputs);
        }
        finally
        {
            Release(values);
            copies.ForEach(copy => copy.Dispose());
        }

        Tensor Parameter(string name)
        {
            var parameter = _parameters[name];
            if (once || _graph.Parameter(name).IsTrainable)
            {
                return parameter;
            }

            copies.Add(parameter.Clone());
            return copies[^1];
        }
    }

    private byte[] RandomState(Device device) =>
        UsesOwn(device) ? Generator!.GetState() : TorchRuntime.GetRngState(device);

    private void SetRandomState(Device device, byte[] state)
    {
        if (UsesOwn(device))
        {
            Generator!.SetState(state);
        }
        else
        {
            TorchRuntime.SetRngState(state, device);
        }
    }

    private bool UsesOwn(Device device) => device.Kind == DeviceKind.Cpu && Generator is not null;

    private static Tensor[] Take(Tensor?[] values, ImmutableArray<int> wanted)
    {
        var taken = new Tensor[wanted.Length];
        for (var i = 0; i < taken.Length; i++)
        {
            (taken[i], values[wanted[i]]) = (values[wanted[i]]!, null);
        }

        return taken;
    }

    private static void Release(Tensor?[] values)
    {
        foreach (var value in values)
        {
            value?.Dispose();
        }
    }
}
