namespace Ocs.Data;

/// <summary>
/// An axis-aligned box by its edges. x grows to the right, y downwards. The unit is the pixel, or a fraction of the
/// image's width and height where the documentation states it. Edges are lines between pixels, so a box over one pixel
/// has the width 1.
/// </summary>
/// <param name="Left">The smallest x.</param>
/// <param name="Top">The smallest y.</param>
/// <param name="Right">The largest x.</param>
/// <param name="Bottom">The largest y.</param>
public readonly record struct BoundingBox(double Left, double Top, double Right, double Bottom)
{
    /// <summary>From left to right.</summary>
    public double Width => Right - Left;

    /// <summary>From top to bottom.</summary>
    public double Height => Bottom - Top;

    /// <summary>Width times height; 0 for a box without inside.</summary>
    public double Area => Math.Max(0, Width) * Math.Max(0, Height);

    /// <summary>Whether it has an inside and finite edges.</summary>
    public bool IsProper =>
        Width > 0 && Height > 0 && double.IsFinite(Left + Top) && double.IsFinite(Right + Bottom);

    /// <summary>A box by its corner at the top left and its size, as COCO writes it.</summary>
    public static BoundingBox FromSize(double left, double top, double width, double height) =>
        new(left, top, left + width, top + height);

    /// <summary>The area that lies in both boxes.</summary>
    public double Intersection(BoundingBox other)
    {
        var width = Math.Min(Right, other.Right) - Math.Max(Left, other.Left);
        var height = Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top);
        return width > 0 && height > 0 ? width * height : 0;
    }

    /// <summary>Intersection over union, 0 to 1.</summary>
    public double Iou(BoundingBox other)
    {
        var common = Intersection(other);
        return common > 0 ? common / (Area + other.Area - common) : 0;
    }

    /// <summary>The part of it that lies within (0, 0) and (width, height).</summary>
    public BoundingBox Clip(double width, double height) => new(
        Math.Clamp(Left, 0, width), Math.Clamp(Top, 0, height),
        Math.Clamp(Right, 0, width), Math.Clamp(Bottom, 0, height));

    /// <summary>The box with each x times one factor, and each y times another.</summary>
    public BoundingBox Scale(double x, double y) => new(Left * x, Top * y, Right * x, Bottom * y);
}
