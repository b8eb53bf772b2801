using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Ocs.Data;

/// <summary>An image that could not be read.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record BrokenImage(string Path, string Reason);

/// <summary>The images of a folder that could not be read so far; for many threads at once.</summary>
/// <param name="skip">Whether they are left out; else the first is an error.</param>
/// <param name="logger">Gets each that is left out, once; null for no log.</param>
internal sealed class BrokenImages(bool skip, ILogger? logger = null)
{
    private readonly ConcurrentDictionary<string, string> _reasons = new(StringComparer.Ordinal);

    /// <summary>Every one that was found, once, in the order of their paths.</summary>
    public ImmutableArray<BrokenImage> Found =>
    [
        .. _reasons
            .Select(pair => new BrokenImage(pair.Key, pair.Value))
            .OrderBy(image => image.Path, StringComparer.Ordinal),
    ];

    /// <summary>How many were found.</summary>
    public int Count => _reasons.Count;

    /// <summary>Notes an image that is left out.</summary>
    /// <exception cref="OcsInputException">Broken images are not to be skipped.</exception>
    public void Skip(string path, string reason)
    {
        var isNew = _reasons.TryAdd(path, reason);
        if (skip && isNew)
        {
            logger?.ImageSkipped(path, reason);
        }

        if (!skip)
        {
            throw new OcsInputException(
                $"{path} cannot be read ({reason.TrimEnd('.')}): replace or remove the file, "
                + $"or leave out all that are broken with `{nameof(ImageFolderOptions.SkipBroken)} = true`");
        }
    }
}
