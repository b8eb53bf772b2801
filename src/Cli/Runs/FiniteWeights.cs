using Ocs.Graphs;

namespace Ocs.Cli.Runs;

/// <summary>Refuses weights that are NaN or infinite: all results would be too.</summary>
internal static class FiniteWeights
{
    /// <summary>Throws an error that names the first parameter with a NaN or infinite value.</summary>
    public static void Require(string source, ParameterTable parameters)
    {
        if (parameters.FirstNotFinite is { } name)
        {
            throw new OcsInputException(
                $"The weights of {source} are not finite: '{name}' is the first parameter with NaN or infinite values. "
                + "Give weights from before the training diverged.");
        }
    }
}
