using Ocs.Torch;

namespace Ocs.Training;

/// <summary>Lists of tensors, such as a network's outputs.</summary>
internal static class TensorLists
{
    /// <summary>Releases each tensor.</summary>
    public static void Release(this IReadOnlyList<Tensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            tensor.Dispose();
        }
    }
}
