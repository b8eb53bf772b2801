using Ocs.Graphs;

namespace Ocs.Cli;

/// <summary>Writes networks and weights.</summary>
internal static class ModelFiles
{
    public static void WriteOcs(string path, Graph graph, ParameterTable parameters, PruningRecord? record)
    {
    }

    public static void WriteSafetensors(string path, Graph graph, ParameterTable parameters)
    {
    }

    public static void WriteOnnx(string path, Graph graph, ParameterTable parameters)
    {
    }
}
