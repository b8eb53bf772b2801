using System.Reflection;
using System.Runtime.CompilerServices;

namespace Ocs.Cli.Tests.Architecture;

/// <summary>Types and parameters as C# writes them, without namespaces.</summary>
internal static class TypeText
{
    private static readonly NullabilityInfoContext Nullability = new();

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(char)] = "char",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
        [typeof(nint)] = "nint",
    };

    public static string NameOf(PropertyInfo property) => NameOf(property.PropertyType, Nullability.Create(property));

    public static string NameOf(FieldInfo field) => NameOf(field.FieldType, Nullability.Create(field));

    public static string NameOf(ParameterInfo parameter) =>
        NameOf(parameter.ParameterType, Nullability.Create(parameter));

    public static string NameOf(Type type) => NameOf(type, null);

    public static string Parameter(ParameterInfo parameter)
    {
        var list = parameter.IsDefined(typeof(ParamArrayAttribute))
            || parameter.IsDefined(typeof(ParamCollectionAttribute));
        var way = parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : "";
        return $"{(list ? "params " : "")}{way}{NameOf(parameter)} {parameter.Name}{Default(parameter)}";
    }

    private static string Default(ParameterInfo parameter) =>
        !parameter.HasDefaultValue ? "" : parameter.DefaultValue switch
        {
            null => parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null
                ? " = default"
                : " = null",
            string text => $" = \"{text}\"",
            bool yes => yes ? " = true" : " = false",
            _ when parameter.ParameterType.IsEnum =>
                $" = {NameOf(parameter.ParameterType)}."
                + $"{Enum.ToObject(parameter.ParameterType, parameter.DefaultValue)}",
            var value => FormattableString.Invariant($" = {value}"),
        };

    private static string NameOf(Type type, NullabilityInfo? nullability)
    {
        if (type.IsByRef)
        {
            return NameOf(type.GetElementType()!, nullability);
        }

        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return $"{NameOf(value)}?";
        }

        var mark = nullability?.ReadState == NullabilityState.Nullable
            && !type.IsValueType && !type.IsGenericParameter ? "?" : "";
        return Bare(type, nullability) + mark;
    }

    private static string Bare(Type type, NullabilityInfo? nullability)
    {
        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword;
        }

        if (type.IsArray)
        {
            var commas = new string(',', type.GetArrayRank() - 1);
            return $"{NameOf(type.GetElementType()!, nullability?.ElementType)}[{commas}]";
        }

        if (!type.IsGenericType)
        {
            return PlainName(type);
        }

        var arguments = type.GetGenericArguments();
        var known = nullability?.GenericTypeArguments.Length == arguments.Length
            ? nullability.GenericTypeArguments
            : null;
        var names = string.Join(", ", arguments.Select((argument, index) => NameOf(argument, known?[index])));
        return type.IsAssignableTo(typeof(ITuple)) ? $"({names})" : $"{PlainName(type)}<{names}>";
    }

    private static string PlainName(Type type)
    {
        var name = type.Name.Split('`')[0];
        return type.IsNested && !type.IsGenericParameter ? $"{PlainName(type.DeclaringType!)}.{name}" : name;
    }
}
