using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Ocs.Cli.Tests.Architecture;

/// <summary>
/// What programs can use of an assembly, as text: a line for each type, and a line for each of its members below it.
/// </summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
        | BindingFlags.Static | BindingFlags.DeclaredOnly;

    // What the compiler adds to records, and what every object has.
    private static readonly HashSet<string> OfEveryRecord =
    [
        "Equals", "GetHashCode", "ToString", "Deconstruct", "PrintMembers", "EqualityContract",
        "op_Equality", "op_Inequality",
    ];

    /// <summary>The text of the types that <paramref name="isListed"/> takes, ordered by their names.</summary>
    public static string Of(Assembly assembly, Func<Type, bool> isListed)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().Where(isListed).OrderBy(FullName, StringComparer.Ordinal))
        {
            text.Append(TypeLine(type)).Append('\n');
            foreach (var line in IsDelegate(type) ? [] : type.IsEnum ? ValuesOf(type) : MembersOf(type))
            {
                text.Append("    ").Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    private static IEnumerable<string> ValuesOf(Type type) =>
        type.GetEnumValues().Cast<Enum>().Select(value => $"{value} = {value:D}");

    private static IEnumerable<string> MembersOf(Type type) => type.GetMembers(Declared)
        .Where(member => !OfEveryRecord.Contains(member.Name) && !member.Name.Contains('<', StringComparison.Ordinal))
        .Select(member => (member.Name, Line: LineOf(member)))
        .Where(member => member.Line is not null)
        .OrderBy(member => member.Name, StringComparer.Ordinal)
        .ThenBy(member => member.Line, StringComparer.Ordinal)
        .Select(member => member.Line!);

    private static string? LineOf(MemberInfo member) => member switch
    {
        ConstructorInfo method when IsSeen(method) && !IsCopy(method) =>
            $"{Access(method)}{TypeText.NameOf(member.DeclaringType!)}({ParametersOf(method)})",
        MethodInfo method when IsSeen(method) && !IsOverride(method) && (!method.IsSpecialName || IsOperator(method)) =>
            $"{Access(method)}{Modifier(method)}{Returned(method)} "
            + $"{method.Name}{Generic(method)}({ParametersOf(method)})",
        PropertyInfo property when Accessor(property) is { } accessor && !IsOverride(accessor) =>
            $"{Access(accessor)}{Required(property)}{Modifier(accessor)}{TypeText.NameOf(property)} {property.Name}"
            + $"{Indices(property)} {{ {Accessors(property)}}}",
        FieldInfo { IsPublic: true } field =>
            $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{TypeText.NameOf(field)} {field.Name}",
        EventInfo { AddMethod.IsPublic: true } happening =>
            $"event {TypeText.NameOf(happening.EventHandlerType!)} {happening.Name}",
        _ => null,
    };

    private static string TypeLine(Type type)
    {
        if (IsDelegate(type))
        {
            var invoke = type.GetMethod("Invoke")!;
            return $"delegate {TypeText.NameOf(invoke.ReturnParameter)} {FullName(type)}({ParametersOf(invoke)})";
        }

        var parents = new[] { type.BaseType }
            .Where(
                parent => parent is not null && !type.IsEnum && parent != typeof(object) && parent != typeof(ValueType))
            .Concat(type.GetInterfaces().Where(face => face.IsPublic && IsOwn(type, face)))
            .Select(parent => TypeText.NameOf(parent!))
            .Order(StringComparer.Ordinal);
        var list = string.Join(", ", parents);
        return $"{Kind(type)} {FullName(type)}{(list.Length > 0 ? " : " : "")}{list}";
    }

    private static string Kind(Type type) => type.IsEnum ? "enum" : type.IsInterface ? "interface" : Shape(type)
        + (IsRecord(type) ? type.IsValueType ? "record struct" : "record" : type.IsValueType ? "struct" : "class");

    private static string Shape(Type type) => type switch
    {
        { IsValueType: true } =>
            (type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "") + (type.IsByRefLike ? "ref " : ""),
        { IsAbstract: true, IsSealed: true } => "static ",
        { IsAbstract: true } => "abstract ",
        { IsSealed: true } => "sealed ",
        _ => "",
    };

    // Not the comparison that every record has, and not what a base type or another interface brings.
    private static bool IsOwn(Type type, Type face) =>
        !(face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IEquatable<>))
        && !(type.IsEnum || (type.BaseType is { } parent && face.IsAssignableFrom(parent)))
        && !type.GetInterfaces().Any(other => other != face && face.IsAssignableFrom(other));

    private static string FullName(Type type) => $"{type.Namespace}.{TypeText.NameOf(type)}";

    private static bool IsDelegate(Type type) => typeof(Delegate).IsAssignableFrom(type);

    private static bool IsRecord(Type type) =>
        type.GetMethod("<Clone>$") is not null
            || (type.IsValueType && type.GetMethod("PrintMembers", Declared) is not null);

    private static bool IsOperator(MethodInfo method) => method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsCopy(ConstructorInfo method) => IsRecord(method.DeclaringType!)
        && method.GetParameters() is [var only] && only.ParameterType == method.DeclaringType;

    private static MethodInfo? Accessor(PropertyInfo property) =>
        new[] { property.GetMethod, property.SetMethod }.OfType<MethodInfo>().FirstOrDefault(IsSeen);

    private static string Accessors(PropertyInfo property)
    {
        var set = property.SetMethod is { } setter && IsSeen(setter) ? IsInit(setter) ? "init; " : "set; " : "";
        return (property.GetMethod is { } getter && IsSeen(getter) ? "get; " : "") + set;
    }

    private static bool IsInit(MethodInfo setter) =>
        setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    private static string Required(PropertyInfo property) =>
        property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Modifier(MethodInfo method) => method.IsStatic ? "static "
        : method.DeclaringType!.IsInterface || !method.IsVirtual || method.IsFinal ? ""
        : method.IsAbstract ? "abstract " : "virtual ";

    // It stands where it is declared, and can be called there.
    private static bool IsOverride(MethodInfo method) => method.GetBaseDefinition() != method;

    private static string Returned(MethodInfo method) => TypeText.NameOf(method.ReturnParameter);

    private static string Generic(MethodInfo method) => method.IsGenericMethod
        ? $"<{string.Join(", ", method.GetGenericArguments().Select(TypeText.NameOf))}>"
        : "";

    private static string Indices(PropertyInfo property) => property.GetIndexParameters() is { Length: > 0 } indices
        ? $"[{string.Join(", ", indices.Select(TypeText.Parameter))}]"
        : "";

    private static string ParametersOf(MethodBase method) =>
        (method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "")
        + string.Join(", ", method.GetParameters().Select(TypeText.Parameter));
}
