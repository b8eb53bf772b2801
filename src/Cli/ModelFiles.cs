using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Cli;

/// <summary>Writes networks in the form that a file's name asks for, and proves that one can be read back.</summary>
internal static class ModelFiles
{
    /// <summary>The same parameters on a device, owned by the caller.</summary>
    public static ParameterTable CopyTo(Device device, Graph graph, ParameterTable parameters) => ParameterTable.FromTensors(
        graph, parameters.Names.ToDictionary(name => name, name => CopyTo(device, parameters[name]), StringComparer.Ordinal));

    /// <summary>Writes the weights under their names, with the network's name beside them.</summary>
    public static void WriteSafetensors(string path, Graph graph, ParameterTable parameters) =>
        SafetensorsFile.Write(path, parameters, new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt", ["model"] = graph.Name });

    /// <summary>Fails early, with a sentence, where a file could not be written later.</summary>
    public static void CheckWritable(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (Directory.Exists(path) || !Directory.Exists(folder))
        {
            throw new OcsInputException(
                $"{path} cannot be written ({(Directory.Exists(path) ? "it is a folder" : "its folder does not exist")}); give a file in a folder that exists.");
        }
    }

    /// <summary>Fails where a file's ending promises another format than the one that is written; without an ending it promises none.</summary>
    public static void CheckEnding(string option, string? path, params ReadOnlySpan<string> endings)
    {
        if (Path.GetExtension(path) is { Length: > 0 } ending && !endings.Contains(ending.ToLowerInvariant()))
        {
            throw new OcsInputException($"{option} takes a file that ends in {string.Join(" or ", endings.ToArray())}, but was given '{path}'.");
        }
    }

    private static Tensor CopyTo(Device device, Tensor parameter)
    {
        using var detached = parameter.Detach();
        return detached.To(device);
    }
}
