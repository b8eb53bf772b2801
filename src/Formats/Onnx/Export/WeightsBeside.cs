using System.Globalization;
using Google.Protobuf;
using Onnx;

namespace Ocs.Formats.Onnx.Export;

/// <summary>
/// The file of weights beside a new ONNX file: PATH.data, or PATH.2.data and so on if that exists. New weights never
/// replace a file: an older model needs its weights until it is replaced, and other files belong to the user.
/// </summary>
internal sealed class WeightsBeside
{
    private readonly string[] _stale;

    private WeightsBeside(string freePath, string[] stale)
    {
        (FreePath, _stale) = (freePath, stale);
    }

    /// <summary>The path of new weights.</summary>
    public string FreePath { get; }

    /// <summary>The weights beside a path now. A file that is not an ONNX model has none.</summary>
    public static WeightsBeside Of(string path) => new(
        Enumerable.Range(1, int.MaxValue).Select(number => PathOf(path, number)).First(name => !Path.Exists(name)),
        File.Exists(path) ? Stale(path, Path.GetDirectoryName(Path.GetFullPath(path))!) : []);

    /// <summary>Deletes files that only the replaced model used.</summary>
    public void DiscardStale() => Array.ForEach(_stale, WholeFile.Discard);

    private static string PathOf(string path, int number) =>
        number == 1 ? $"{path}.data" : string.Create(CultureInfo.InvariantCulture, $"{path}.{number}.data");

    // The older model is read only if files exist that may be its weights.
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
