using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Training.Optimizers;

/// <summary>One tensor for each parameter, of its shape, that an optimiser keeps between steps.</summary>
internal sealed class Moments : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>The tensors by parameter; empty before the first step.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    /// <summary>Takes tensors over.</summary>
    public void Restore(IReadOnlyDictionary<string, Tensor> tensors)
    {
        foreach (var (name, tensor) in tensors)
        {
            _tensors.Add(name, tensor);
        }
    }

    /// <summary>
    /// The tensors of these parameters, owned by this object. They are zero at first and have the layout of the given
    /// tensors.
    /// </summary>
    public Tensor[] Of(IReadOnlyList<string> names, IReadOnlyList<Tensor> like)
    {
        var tensors = new Tensor[names.Count];
        for (var i = 0; i < tensors.Length; i++)
        {
            if (!_tensors.TryGetValue(names[i], out var tensor))
            {
                using var detached = like[i].Detach();
                tensor = detached.Clone();
                Aten.ZeroInPlace(tensor);
                _tensors.Add(names[i], tensor);
            }

            tensors[i] = tensor;
        }

        return tensors;
    }

    /// <summary>Converts each tensor to the layout of its parameter.</summary>
    public void LayAs(IReadOnlyList<string> names, IReadOnlyList<Tensor> weights)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (_tensors.TryGetValue(names[i], out var tensor) && MemoryLayout.Laid(tensor, weights[i]) is { } laid)
            {
                _tensors[names[i]] = laid;
                tensor.Dispose();
            }
        }
    }

    public void Cut(CutPlan plan) => Replace(plan.Apply);

    public void Expand(CutPlan plan) => Replace(plan.Expand);

    /// <summary>Forgets all tensors.</summary>
    public void Clear()
    {
        Dispose();
        _tensors.Clear();
    }

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private void Replace(Func<string, Tensor, Tensor> by)
    {
        foreach (var name in _tensors.Keys.ToList())
        {
            var replaced = by(name, _tensors[name]);
            _tensors[name].Dispose();
            _tensors[name] = replaced;
        }
    }
}
