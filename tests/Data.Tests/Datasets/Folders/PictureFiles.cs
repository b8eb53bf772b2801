using System.Text.Json.Nodes;

namespace Ocs.Data.Tests.Datasets.Folders;

/// <summary>Pictures that Pillow wrote: golden/pictures.json of Parity.Tests.</summary>
internal static class PictureFiles
{
    private static readonly JsonNode Golden =
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "pictures.json")))!;

    public static byte[][] Of(params string[] names) => Array.ConvertAll(names, name => Convert.FromBase64String(
        (string)Golden["files"]!.AsArray().Single(file => (string)file!["name"]! == name)!["file"]!));
}
