using Ocs.Torch;

namespace Ocs.Formats.Tests.PyTorch;

/// <summary>Lets go of what a reader gave.</summary>
internal static class Release
{
    public static void All(IReadOnlyDictionary<string, Tensor> tensors)
    {
        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
