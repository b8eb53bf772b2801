using System.IO.Enumeration;
using Ocs.Graphs;

namespace Ocs.Pruning.Coupling;

/// <summary>
/// Patterns of parameter names: `*` stands for any letters, `?` for one. A pattern names a parameter, or a layer or
/// block and so every parameter below it: `layer1` is all of `layer1.0.conv1.weight`, `layer1.0.bn1.bias`, ...
/// </summary>
internal static class NamePattern
{
    public static bool Matches(string pattern, string parameter) =>
        FileSystemName.MatchesSimpleExpression(pattern, parameter, ignoreCase: false)
        || FileSystemName.MatchesSimpleExpression($"{pattern}.*", parameter, ignoreCase: false);

    /// <summary>Throws if a pattern matches no parameter of a network.</summary>
    public static void Check(IEnumerable<string> patterns, Graph graph)
    {
        foreach (var pattern in patterns)
        {
            if (!graph.Parameters.Any(spec => Matches(pattern, spec.Name)))
            {
                var names = graph.Parameters.SelectMany(spec => Prefixes(spec.Name)).Distinct(StringComparer.Ordinal);
                throw new OcsInputException(
                    $"The pattern '{pattern}' names no parameter of {graph.Name}{NearestName.Question(pattern, names)} "
                    + "`Graph.Parameters` lists them.");
            }
        }
    }

    // layer1, layer1.0, layer1.0.conv1, layer1.0.conv1.weight.
    private static IEnumerable<string> Prefixes(string name) =>
        Enumerable.Range(1, name.Length)
            .Where(end => end == name.Length || name[end] == '.')
            .Select(end => name[..end]);
}
