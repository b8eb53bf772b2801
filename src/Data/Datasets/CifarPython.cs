using Ocs.Core.Pickles;

namespace Ocs.Data;

/// <summary>CIFAR's python version: a pickled dictionary with `data`, uint8 [N, 3072], and a list of labels.</summary>
internal static class CifarPython
{
    public static void Read(Cifar cifar, string path, byte[] content, Span<byte> images, Span<int> labels)
    {
        object? root;
        try
        {
            root = NumpyPickle.Read(content);
        }
        catch (InvalidDataException error)
        {
            throw new OcsInputException($"{path} is not a CIFAR batch ({error.Message}): {cifar.Advice}", error);
        }

        if (root is not PickleDictionary { Entries: { } batch }
            || NumpyArray.Of(batch.GetValueOrDefault("data")) is not { } pixels
            || !batch.TryGetValue(cifar.LabelKey, out var list) || list is not List<object?> numbers)
        {
            throw cifar.Damaged(
                path,
                $"is not a CIFAR batch: a dictionary with an array `data` and a list `{cifar.LabelKey}` is expected");
        }

        if (numbers.Count != labels.Length)
        {
            throw cifar.Damaged(path, $"has {numbers.Count} labels where {labels.Length} are expected");
        }

        for (var i = 0; i < labels.Length; i++)
        {
            if (numbers[i] is not long label || label < 0 || label >= cifar.Classes.Length)
            {
                throw cifar.Damaged(
                    path, $"is damaged: label {numbers[i]} of image {i} is outside 0..{cifar.Classes.Length - 1}");
            }

            labels[i] = (int)label;
        }

        if (!pixels.TryCopyTo(images, labels.Length, Cifar.Pixels))
        {
            throw cifar.Damaged(
                path, $"holds an array {pixels} where uint8 [{labels.Length}, {Cifar.Pixels}] is expected");
        }
    }
}
