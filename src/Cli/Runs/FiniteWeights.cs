using Ocs.Graphs;

namespace Ocs.Cli.Runs;

/// <summary>Refuses weights that are no numbers: whatever is computed from them is none either.</summary>
internal static class FiniteWeights
{
    /// <summary>Throws a sentence that names the first parameter with a value that is NaN or infinite.</summary>
    public static void Require(string source, ParameterTable parameters)
    {
        if (parameters.FirstNotFinite is { } name)
        {
            throw new OcsInputException(
                $"The weights of {source} are not finite: '{name}' is the first parameter with NaN or infinite values. "
                + "Give weights from before the training that made them so.");
        }
    }
}
