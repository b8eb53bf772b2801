namespace Ocs.Data;

/// <summary>
/// CIFAR's binary version: a record is the label (CIFAR-100: coarse, fine), then the R, G and B planes.
/// </summary>
internal static class CifarBinary
{
    public static void Read(Cifar cifar, string path, byte[] content, Span<byte> images, Span<int> labels)
    {
        var record = cifar.LabelBytes + Cifar.Pixels;
        for (var i = 0; i < labels.Length; i++)
        {
            ReadOnlySpan<byte> source = content.AsSpan(i * record, record);
            labels[i] = source[cifar.LabelBytes - 1];
            if (labels[i] >= cifar.Classes.Length)
            {
                throw cifar.Damaged(
                    path, $"is damaged: label {labels[i]} of record {i} is outside 0..{cifar.Classes.Length - 1}");
            }

            source[cifar.LabelBytes..].CopyTo(images[(i * Cifar.Pixels)..]);
        }
    }
}
