using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Cli;

/// <summary>Writes networks in the form that a file's name asks for, and proves that one can be read back.</summary>
internal static class ModelFiles
{
    /// <summary>Saves a network and loads it again, for the gate at the cut.</summary>
    public static (Graph Graph, ParameterTable Parameters) SaveAndReload(Graph graph, ParameterTable parameters)
    {
        var path = Path.Combine(Path.GetTempPath(), $"ocs-{Guid.NewGuid():N}.ocs");
        try
        {
            OcsFile.Write(path, graph, parameters);
            var model = OcsFile.Read(path);
            return (model.Graph, model.Parameters);
        }
        finally
        {
            File.Delete(path);
        }
    }

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
}
