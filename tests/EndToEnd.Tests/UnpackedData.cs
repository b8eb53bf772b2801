using System.IO.Compression;
using System.Runtime.CompilerServices;
using Ocs.Data;

namespace Ocs.EndToEnd.Tests;

/// <summary>
/// Fashion-MNIST without its compression, in a folder that this process and those that it starts look into: some
/// hundred runs read it, and unpacking it takes longer than most of them train.
/// </summary>
internal static class UnpackedData
{
    private const string Variable = "OCS_DATA";
    private const string Name = "fashion-mnist";

    [ModuleInitializer]
    internal static void Provide()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not null
            || DatasetCatalog.Locate(Name, null)?.Path is not { } packed)
        {
            return;
        }

        var root = Directory.CreateTempSubdirectory("ocs-test-data-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(root, recursive: true);
        var folder = Directory.CreateDirectory(Path.Combine(root, Name)).FullName;
        foreach (var file in Directory.EnumerateFiles(packed, "*.gz"))
        {
            using var source = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
            using var target = File.Create(Path.Combine(folder, Path.GetFileNameWithoutExtension(file)));
            source.CopyTo(target);
        }

        Environment.SetEnvironmentVariable(Variable, root);
    }
}
