using System.Text;

namespace Ocs.Data.Tests;

/// <summary>A folder with small pictures and files of annotations.</summary>
internal sealed class BoxFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Images => _folder.PathOf("images");

    public string Labels => _folder.PathOf("labels");

    public string PathOf(string name) => _folder.PathOf(name);

    /// <summary>A picture whose pixel in column x and row y is (x, y, 128).</summary>
    public void Picture(string name, int width, int height)
    {
        var path = Path.Combine(Images, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        byte[] pixels =
        [
            .. Enumerable.Range(0, width * height)
                .SelectMany(pixel => (byte[])[(byte)(pixel % width), (byte)(pixel / width), 128]),
        ];
        File.WriteAllBytes(path, [.. Encoding.ASCII.GetBytes($"P6 {width} {height} 255\n"), .. pixels]);
    }

    public string Write(string name, string text)
    {
        var path = _folder.PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => _folder.Dispose();
}
