using Ocs.Data;
using Ocs.Torch;

namespace Ocs.Training.Distillation;

/// <summary>The outputs of a teacher for a batch.</summary>
/// <param name="distiller">Compares them with the network's outputs.</param>
/// <param name="batch">The samples, lent.</param>
/// <param name="taught">The teacher's outputs, [N, ...] each, owned by this.</param>
internal sealed class Lesson(Distiller distiller, Batch batch, IReadOnlyList<Tensor> taught) : IDisposable
{
    /// <summary>The mean loss of task and teacher with their weights, [], owned by the caller.</summary>
    /// <param name="outputs">The network's outputs, [N, ...] each.</param>
    public Tensor Loss(IReadOnlyList<Tensor> outputs) => distiller.Loss(outputs, taught, batch);

    public void Dispose() => taught.Release();
}
