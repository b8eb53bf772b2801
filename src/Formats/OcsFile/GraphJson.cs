using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ocs.Graphs;

namespace Ocs.Formats;

/// <summary>
/// The JSON of networks in .ocs files and checkpoints. The library's operators use generated serializers. Custom
/// operators use the type information registered in <see cref="OperatorCatalog"/>.
/// </summary>
internal static class GraphJson
{
    // The serializer options for the operators registered so far. Options cannot change once they are in use.
    private static (ImmutableArray<RegisteredOperator> Registered, JsonSerializerOptions Options) _current =
        ([], OcsHeaderJson.Default.Options);

    private static readonly Lock Changing = new();

    /// <summary>The JSON metadata of a header's type.</summary>
    public static JsonTypeInfo<T> Of<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));

    private static JsonSerializerOptions Options
    {
        get
        {
            lock (Changing)
            {
                var registered = OperatorCatalog.Registered;
                if (registered.Length != _current.Registered.Length)
                {
                    _current = (registered, With(registered));
                }

                return _current.Options;
            }
        }
    }

    /// <summary>Checks that every operator is registered.</summary>
    /// <exception cref="OcsInputException">One is not; the message names it and its node.</exception>
    public static void RequireNames(Graph graph)
    {
        if (graph.Nodes.FirstOrDefault(node => OperatorCatalog.NameOf(node.Operator.GetType()) is null) is { } node)
        {
            throw new OcsInputException(
                $"Node '{node.Name}': the operator {node.Operator.GetType().Name} has no name in files; "
                + $"give it one by {nameof(OperatorCatalog)}.{nameof(OperatorCatalog.Register)} first.");
        }
    }

    /// <summary>
    /// The first unregistered operator in JSON, as the end of a sentence that begins with the file's name; null if all
    /// are registered.
    /// </summary>
    /// <param name="json">A network, or an object with a network as a member.</param>
    /// <param name="member">The member; null if the JSON is the network.</param>
    public static string? UnknownOperator(ReadOnlyMemory<byte> json, string? member = null)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var graph = member is null ? document.RootElement : document.RootElement.GetProperty(member);
            foreach (var node in graph.GetProperty("nodes").EnumerateArray())
            {
                var name = node.GetProperty("operator").GetProperty("op").GetString();
                if (name is not null && OperatorCatalog.TypeOf(name) is null)
                {
                    return $"uses the operator '{name}' (node '{node.GetProperty("name").GetString()}'), which this "
                        + "program does not know: update the program, or register the operator if it is your own";
                }
            }
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // JSON that is not a network has no operator to name.
        }

        return null;
    }

    private static JsonSerializerOptions With(ImmutableArray<RegisteredOperator> registered)
    {
        var known = JsonTypeInfoResolver.Combine([OcsHeaderJson.Default, .. registered.Select(entry => entry.Json)]);
        return new(OcsHeaderJson.Default.Options)
        {
            TypeInfoResolver = known.WithAddedModifier(info =>
            {
                foreach (var entry in info.Type == typeof(Operator) ? registered : [])
                {
                    info.PolymorphismOptions!.DerivedTypes.Add(new(entry.Type, entry.Name));
                }
            }),
        };
    }
}
