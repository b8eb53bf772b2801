using System.Globalization;
using Google.Protobuf;
using Onnx;

namespace Ocs.Formats.Onnx.Export;

/// <summary>
/// The weights beside an ONNX file that is about to be written: PATH.data, or PATH.2.data and so on where that name is
/// taken. New weights never replace a file: an older model needs its own until it is replaced, and what it does not
/// name is the user's.
/// </summary>
internal sealed class WeightsBeside
{
    private readonly string[] _stale;

    private WeightsBeside(string freePath, string[] stale)
    {
        (FreePath, _stale) = (freePath, stale);
    }

    /// <summary>Where new weights go.</summary>
    public string FreePath { get; }

    /// <summary>What is beside a path now; a file there that is no ONNX model names no weights.</summary>
    public static WeightsBeside Of(string path) => new(
        Enumerable.Range(1, int.MaxValue).Select(number => PathOf(path, number)).First(name => !Path.Exists(name)),
        File.Exists(path) ? Stale(path, Path.GetDirectoryName(Path.GetFullPath(path))!) : []);

    /// <summary>Deletes what only the replaced model named.</summary>
    public void DiscardStale() => Array.ForEach(_stale, WholeFile.Discard);

    private static string PathOf(string path, int number) =>
        number == 1 ? $"{path}.data" : string.Create(CultureInfo.InvariantCulture, $"{path}.{number}.data");

    // The older model is read only where there are files that may be its weights.
    private static string[] Stale(string path, string folder)
    {
        var model = Path.GetFileName(path);
        string[] there =
        [
            .. Directory.GetFiles(folder).Select(Path.GetFileName).OfType<string>().Where(name => IsOurs(model, name)),
        ];
        var named = there.Length > 0 ? Locations(path) : [];
        return [.. there.Where(named.Contains).Select(name => Path.Combine(folder, name))];
    }

    private static bool IsOurs(string model, string name)
    {
        const string End = ".data";
        var rest = name.StartsWith(model, StringComparison.Ordinal) ? name[model.Length..] : "";
        return rest == End || (rest.StartsWith('.') && rest.EndsWith(End, StringComparison.Ordinal)
            && int.TryParse(rest[1..^End.Length], NumberStyles.None, CultureInfo.InvariantCulture, out _));
    }

    private static HashSet<string> Locations(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return ModelProto.Parser.ParseFrom(stream).Graph?.Initializer
                .SelectMany(tensor => tensor.ExternalData)
                .Where(entry => entry.Key == "location")
                .Select(entry => entry.Value)
                .ToHashSet(StringComparer.Ordinal) ?? [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException
            or InvalidProtocolBufferException)
        {
            return [];
        }
    }
}
