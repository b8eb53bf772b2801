using Ocs.Torch;
using Xunit;

namespace Ocs.Testing;

/// <summary>Comparisons of tensors.</summary>
public static class Tensors
{
    /// <summary>
    /// Asserts equal shapes, and values that differ by no more than rounding, relative to the largest.
    /// </summary>
    public static void AssertClose(Tensor expected, Tensor actual, double tolerance = 1e-4)
    {
        Assert.Equal(expected.Shape.ToArray(), actual.Shape.ToArray());
        AssertClose(expected.ToArray<float>(), actual.ToArray<float>(), tolerance);
    }

    /// <summary>The same for plain numbers.</summary>
    public static void AssertClose(IReadOnlyList<float> expected, IReadOnlyList<float> actual, double tolerance = 1e-5)
    {
        Assert.Equal(expected.Count, actual.Count);
        var scale = Math.Max(expected.Max(Math.Abs), 1e-12);
        for (var i = 0; i < expected.Count; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= tolerance * scale,
                $"[{i}]: expected {expected[i]}, actual {actual[i]}, scale {scale}");
        }
    }
}
