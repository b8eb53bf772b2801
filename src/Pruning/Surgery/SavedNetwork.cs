using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Pruning.Surgery;

/// <summary>A network as it comes back from an .ocs file, for the proof of a cut.</summary>
internal static class SavedNetwork
{
    /// <summary>Saves a network in memory and loads it again to the device where it was; the caller owns the parameters.</summary>
    public static (Graph Graph, ParameterTable Parameters) Reload(Graph graph, ParameterTable parameters)
    {
        var device = parameters[parameters.Names[0]].Device;
        using var file = MemoryFile.Open();
        OcsFile.Write(file, graph, parameters);
        using var model = OcsFile.Read(file, "The saved network");
        var moved = ParameterTable.FromTensors(
            model.Graph,
            model.Parameters.Names.ToDictionary(name => name, name => CopyTo(device, model.Parameters[name]), StringComparer.Ordinal));
        return (model.Graph, moved);
    }

    private static Tensor CopyTo(Device device, Tensor parameter)
    {
        using var detached = parameter.Detach();
        return detached.To(device);
    }
}
