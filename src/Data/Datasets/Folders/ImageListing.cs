using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Ocs.Data;

/// <summary>The image files of a split, with their classes, in the order of class and path.</summary>
/// <param name="Folder">The folder that their paths start from.</param>
/// <param name="PackPath">The split's packed file, which may be there or not.</param>
/// <param name="Classes">Names of the classes' folders in ordinal order.</param>
/// <param name="Files">Paths within the folder.</param>
/// <param name="Labels">A class each.</param>
internal sealed record ImageListing(
    string Folder,
    string PackPath,
    ImmutableArray<string> Classes,
    ImmutableArray<string> Files,
    ImmutableArray<int> Labels)
{
    /// <summary>Pictures in the folder that are not among the files.</summary>
    public ImmutableArray<PassedOver> PassedOver { get; init; } = [];

    /// <summary>What a person may not expect of the list, a sentence each.</summary>
    public ImmutableArray<string> Remarks { get; init; } = [];

    /// <summary>Lists a split: FOLDER/CLASS/**, or Tiny-ImageNet's val/images with val_annotations.txt.</summary>
    /// <param name="root">The data set's folder.</param>
    /// <param name="split">The split.</param>
    /// <param name="validationSplit">
    /// What of each class accuracy is measured on where no folder holds such images.
    /// </param>
    /// <exception cref="OcsInputException">The layout is another.</exception>
    public static ImageListing Read(string root, DatasetSplit split, double? validationSplit = null)
    {
        var layout = FolderLayout.Find(root);
        try
        {
            return new ListingReader(layout, split, validationSplit).Read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OcsInputException($"{root} cannot be read ({error.Message})", error);
        }
    }

    /// <summary>A digest that changes with the list, and with the length or date of any file.</summary>
    public byte[] Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> numbers = stackalloc byte[20];
        for (var i = 0; i < Files.Length; i++)
        {
            var file = InputFile.Target(Path.Combine(Folder, Files[i]));
            BinaryPrimitives.WriteInt32LittleEndian(numbers, Labels[i]);
            BinaryPrimitives.WriteInt64LittleEndian(numbers[4..], file.Exists ? file.Length : -1);
            BinaryPrimitives.WriteInt64LittleEndian(numbers[12..], file.Exists ? file.LastWriteTimeUtc.Ticks : 0);
            hash.AppendData(numbers);
            hash.AppendData(Encoding.UTF8.GetBytes(Files[i]));
        }

        return hash.GetHashAndReset();
    }
}
