namespace Ocs.Data;

/// <summary>One axis of a resize: which stretch of an image becomes which pixels.</summary>
/// <param name="Start">Where the stretch begins, in pixels; within a pixel if the image was shrunk.</param>
/// <param name="Length">How long it is.</param>
/// <param name="Low">First pixel of the image that may contribute.</param>
/// <param name="High">Pixel after the last that may.</param>
/// <param name="Outputs">Pixels that the stretch becomes.</param>
/// <param name="First">First of those that is wanted.</param>
/// <param name="Count">How many are wanted.</param>
internal readonly record struct ResampleAxis(
    double Start, double Length, int Low, int High, int Outputs, int First, int Count)
{
    /// <summary>A window of the image, as if it had been cut out before the resize.</summary>
    public static ResampleAxis Window(int start, int length, int outputs) =>
        new(start, length, start, start + length, outputs, 0, outputs);

    /// <summary>The middle of the whole image, resized; half a pixel goes to the even side, as Python rounds.</summary>
    public static ResampleAxis Middle(int length, int outputs, int count) =>
        new(0, length, 0, length, outputs, (int)Math.Round((outputs - count) / 2.0, MidpointRounding.ToEven), count);

    /// <summary>The same stretch of an image that was shrunk to 1 / <paramref name="divisor"/>.</summary>
    public ResampleAxis Over(int divisor) => this with
    {
        Start = Start / divisor,
        Length = Length / divisor,
        Low = Low / divisor,
        High = (High + divisor - 1) / divisor,
    };
}
