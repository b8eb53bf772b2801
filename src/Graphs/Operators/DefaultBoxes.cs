using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>The order of default boxes within a feature map.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DefaultBoxOrder>))]
public enum DefaultBoxOrder
{
    /// <summary>All boxes of the first size, row by row, then those of the next.</summary>
    SizeFirst,

    /// <summary>All sizes at the first cell, then those at the next cell of the row.</summary>
    CellFirst,
}

/// <summary>The shape of a default box, in shares of the image's width and height.</summary>
/// <param name="Width">0 to 1 or more; what is above 1 is cut off.</param>
/// <param name="Height">0 to 1 or more; what is above 1 is cut off.</param>
public readonly record struct DefaultBoxSize(double Width, double Height);

/// <summary>The default boxes of a feature map: one of each size around each cell's centre.</summary>
/// <param name="Rows">Cells from top to bottom.</param>
/// <param name="Columns">Cells from left to right.</param>
/// <param name="RowStep">From a row's centre to the next, as a share of the image's height.</param>
/// <param name="ColumnStep">From a column's centre to the next, as a share of the image's width.</param>
/// <param name="Sizes">The shapes at each cell.</param>
public sealed record DefaultBoxMap(
    int Rows, int Columns, double RowStep, double ColumnStep, ImmutableArray<DefaultBoxSize> Sizes)
{
    /// <summary>The number of boxes.</summary>
    [JsonIgnore]
    public int Count => Rows * Columns * Sizes.Length;
}

/// <summary>
/// Says what a detector's offsets [N, D, 4] mean, and gives them on as they are: the boxes that they are measured from
/// (Liu et al. 2016, SSD, arXiv 1512.02325, section 2.2). Files keep it with the graph.
/// </summary>
/// <remarks>
/// The offsets (tx, ty, tw, th) of a box with the centre (x, y) and the size (w, h) from a default box (X, Y, W, H) are
/// tx = (x - X) / (W v), ty = (y - Y) / (H v), tw = ln(w / W) / u, th = ln(h / H) / u, with the two variances v and u.
/// All are shares of the image's width and height.
/// </remarks>
/// <param name="Maps">The feature maps, in the order of the boxes.</param>
/// <param name="Order">The order within a map.</param>
/// <param name="ClampsCentres">Whether centres beyond the image move to its edge; sizes are always 1 at most.</param>
/// <param name="CentreVariance">v; 0.1 as in SSD's program.</param>
/// <param name="SizeVariance">u; 0.2 as in SSD's program.</param>
/// <param name="Decodes">
/// Whether the output is the boxes themselves, [N, D, 4]: left, top, right and bottom as shares of the image, inside
/// it.
/// </param>
public sealed record DefaultBoxes(
    ImmutableArray<DefaultBoxMap> Maps,
    DefaultBoxOrder Order,
    bool ClampsCentres = false,
    double CentreVariance = 0.1,
    double SizeVariance = 0.2,
    bool Decodes = false) : Operator
{
    /// <summary>A box is at most so many times as wide or high as its default box, as in torchvision.</summary>
    internal const double LargestRatio = 1000.0 / 16;

    /// <summary>The number of boxes, D.</summary>
    [JsonIgnore]
    public int Count => Maps.Sum(map => map.Count);

    public override ImmutableArray<long> InferShape(NodeShapes shapes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        var input = shapes.Inputs[0];
        return !Maps.IsDefaultOrEmpty && CentreVariance > 0 && SizeVariance > 0 && Maps.All(map => !map.Sizes.IsDefault)
            && input.Length == 3 && input[1] == Count && input[2] == 4
            ? input
            : throw shapes.Error(
                $"offsets {NodeShapes.Show(input)} do not fit {(Maps.IsDefault ? 0 : Count)} default boxes; they are "
                + "[N, boxes, 4]");
    }

    public override Tensor Run(in RunContext context) =>
        Decodes ? Boxes(context.Input) : context.Input.Alias();

    public override void Couple(ICoupling coupling) => TieElementwise(coupling);

    public override bool KeepsZeroChannels(NodeShapes shapes) => true;

    /// <summary>[D, 4], row by row: the centre's x and y, the width, the height, each 0 to 1.</summary>
    public float[] Values()
    {
        var values = new List<float>(4 * Count);
        foreach (var map in Maps)
        {
            var cells = Enumerable.Range(0, map.Rows * map.Columns)
                .Select(cell => (
                    X: (cell % map.Columns + 0.5) * map.ColumnStep, Y: (cell / map.Columns + 0.5) * map.RowStep));
            var boxes = Order == DefaultBoxOrder.SizeFirst
                ? map.Sizes.SelectMany(size => cells.Select(cell => (cell, size)))
                : cells.SelectMany(cell => map.Sizes.Select(size => (cell, size)));
            foreach (var (cell, size) in boxes)
            {
                var (x, y) = ClampsCentres ? (Math.Min(cell.X, 1), Math.Min(cell.Y, 1)) : cell;
                values.AddRange(
                    [(float)x, (float)y, (float)Math.Min(size.Width, 1), (float)Math.Min(size.Height, 1)]);
            }
        }

        return [.. values];
    }

    /// <summary>Centres and sizes of all boxes, [D, 2] each, row by row.</summary>
    internal (float[] Centres, float[] Sizes) Halves()
    {
        var boxes = Values().Chunk(4).ToList();
        return ([.. boxes.SelectMany(box => box[..2])], [.. boxes.SelectMany(box => box[2..])]);
    }

    private Tensor Boxes(Tensor offsets)
    {
        var (centreValues, sizeValues) = Halves();
        using var defaultCentres = Placed(centreValues, offsets);
        using var defaultSizes = Placed(sizeValues, offsets);
        using var first = Aten.Narrow(offsets, 2, 0, 2);
        using var second = Aten.Narrow(offsets, 2, 2, 2);
        using var shares = Aten.Mul(first, CentreVariance);
        using var moved = Aten.Mul(shares, defaultSizes);
        using var centres = Aten.Add(moved, defaultCentres);
        using var logarithms = Aten.Mul(second, SizeVariance);
        using var bounded = Aten.Clamp(logarithms, max: Math.Log(LargestRatio));
        using var ratios = Aten.Exp(bounded);
        using var sizes = Aten.Mul(ratios, defaultSizes);
        using var low = Aten.Sub(centres, sizes, 0.5);
        using var high = Aten.Add(centres, sizes, 0.5);
        using var boxes = Aten.Cat([low, high], 2);
        return Aten.Clamp(boxes, 0, 1);
    }

    private Tensor Placed(float[] values, Tensor like)
    {
        using var here = Tensor.FromArray(values, [Count, 2]);
        using var typed = here.To(like.DType);
        return typed.To(like.Device);
    }

    public override string ToString() =>
        $"DefaultBoxes({string.Join(" + ", Maps.Select(map => $"{map.Rows}x{map.Columns}x{map.Sizes.Length}"))})";
}
