using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Ocs.Graphs;

/// <summary>
/// The names of operators in files. Those of the library are known. A program registers each of its own once, before it
/// writes or reads a network with it.
/// </summary>
public static class OperatorCatalog
{
    private const string ByReflection =
        "The operator's properties are found by reflection; give its JsonSerializerContext instead.";

    private static readonly FrozenDictionary<string, Type> BuiltIn = typeof(Operator)
        .GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false)
        .ToFrozenDictionary(kind => (string)kind.TypeDiscriminator!, kind => kind.DerivedType, StringComparer.Ordinal);

    private static readonly Lock Registering = new();
    private static ImmutableArray<RegisteredOperator> _registered = [];

    /// <summary>What programs have registered, in that order.</summary>
    internal static ImmutableArray<RegisteredOperator> Registered
    {
        get
        {
            lock (Registering)
            {
                return _registered;
            }
        }
    }

    /// <summary>
    /// Names an operator. Its properties that can be set, those of its constructor too, are its attributes in files.
    /// For programs that are trimmed or compiled ahead of time there is an overload with a serializer context.
    /// </summary>
    /// <typeparam name="T">The operator.</typeparam>
    /// <param name="name">Its name in files. It should never change, because files are kept for years.</param>
    /// <exception cref="ArgumentException">
    /// The name is empty or taken, or the operator has another or is abstract.
    /// </exception>
    [RequiresUnreferencedCode(ByReflection)]
    [RequiresDynamicCode(ByReflection)]
    public static void Register<T>(string name)
        where T : Operator => Register<T>(name, new DefaultJsonTypeInfoResolver());

    /// <summary>The same, without reflection.</summary>
    /// <typeparam name="T">The operator.</typeparam>
    /// <param name="name">What files call it.</param>
    /// <param name="json">
    /// Knows how the operator is written: a <see cref="JsonSerializerContext"/> with a line for <typeparamref
    /// name="T"/>.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The name is empty or taken, or the operator has another or is abstract.
    /// </exception>
    public static void Register<T>(string name, IJsonTypeInfoResolver json)
        where T : Operator
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(json);
        var type = typeof(T);
        lock (Registering)
        {
            if (NameOf(type) == name)
            {
                return;
            }

            var problem = type.IsAbstract ? "is abstract, so no node can have it"
                : NameOf(type) is { } other ? $"has the name '{other}' already"
                : TypeOf(name) is { } taken ? $"cannot be called '{name}', for {taken.Name} is"
                : null;
            _registered = problem is null
                ? _registered.Add(new(name, type, json))
                : throw new ArgumentException($"The operator {type.Name} {problem}.", nameof(name));
        }
    }

    /// <summary>What files call an operator; null for one that is not registered.</summary>
    internal static string? NameOf(Type type) =>
        BuiltIn.FirstOrDefault(pair => pair.Value == type).Key
        ?? Registered.FirstOrDefault(entry => entry.Type == type)?.Name;

    /// <summary>The operator with a name in files; null if none is registered.</summary>
    internal static Type? TypeOf(string name) =>
        BuiltIn.GetValueOrDefault(name) ?? Registered.FirstOrDefault(entry => entry.Name == name)?.Type;
}

/// <summary>An operator of a program's own, and what writes it.</summary>
internal sealed record RegisteredOperator(string Name, Type Type, IJsonTypeInfoResolver Json);
