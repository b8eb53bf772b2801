using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>Default boxes as tensors on a device; made once, for a step must not read the host.</summary>
internal sealed class BoxConstants : IDisposable
{
    private readonly Tensor[] _all;

    public BoxConstants(DefaultBoxes boxes, Device device)
    {
        var values = boxes.Values();
        var (centres, sizes) = (new float[2 * boxes.Count], new float[2 * boxes.Count]);
        var edges = Enumerable.Range(0, 4).Select(_ => new float[boxes.Count]).ToArray();
        for (var box = 0; box < boxes.Count; box++)
        {
            var (x, y) = (values[4 * box], values[4 * box + 1]);
            var (width, height) = (values[4 * box + 2], values[4 * box + 3]);
            (centres[2 * box], centres[2 * box + 1], sizes[2 * box], sizes[2 * box + 1]) = (x, y, width, height);
            (edges[0][box], edges[1][box]) = (x - width / 2, y - height / 2);
            (edges[2][box], edges[3][box]) = (x + width / 2, y + height / 2);
        }

        Tensor Place(float[] numbers, params long[] shape)
        {
            using var here = Tensor.FromArray(numbers, shape);
            return here.To(device);
        }

        (Centres, Sizes) = (Place(centres, boxes.Count, 2), Place(sizes, boxes.Count, 2));
        Edges = [.. edges.Select(edge => Place(edge, boxes.Count))];
        (CentreVariance, SizeVariance) = (boxes.CentreVariance, boxes.SizeVariance);
        _all = [Centres, Sizes, .. Edges];
    }

    /// <summary>[D, 2]: x and y.</summary>
    public Tensor Centres { get; }

    /// <summary>[D, 2]: width and height.</summary>
    public Tensor Sizes { get; }

    /// <summary>Left, top, right and bottom, [D] each.</summary>
    public Tensor[] Edges { get; }

    public double CentreVariance { get; }

    public double SizeVariance { get; }

    public void Dispose() => Array.ForEach(_all, tensor => tensor.Dispose());
}
