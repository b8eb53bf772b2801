using System.Reflection;
using System.Runtime.CompilerServices;

namespace Ocs.Cli.Tests.Architecture;

/// <summary>
/// What is public stands in a file of its house, so that no change of it goes unseen. OCS_ACCEPT=1 writes the files
/// anew.
/// </summary>
public sealed class PublicApiTests
{
    public static TheoryData<string> Houses =>
    [
        .. Directory.EnumerateDirectories(Repository.PathOf("src"))
            .Select(folder => Path.GetFileName(folder)!)
            .Where(house => house != "Cli")
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Houses))]
    public void The_public_surface_of_a_house_is_the_one_that_its_file_states(string house)
    {
        var path = Repository.PathOf($"src/{house}/PublicApi.txt");
        var actual = PublicApi.Of(Assembly.Load($"Ocs.{house}"), IsWritten);
        if (Environment.GetEnvironmentVariable("OCS_ACCEPT") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }

    [Fact]
    public void The_text_of_a_surface_has_a_line_for_each_member()
    {
        var text = PublicApi.Of(
            typeof(Surface).Assembly, type => type == typeof(Surface) || type == typeof(Surface.Kind));

        const string KindName = "PublicApiTests.Surface.Kind";
        Assert.Equal(
            $$"""
            abstract record Ocs.Cli.Tests.Architecture.PublicApiTests.Surface : IDisposable
                protected PublicApiTests.Surface(string Name)
                void Dispose()
                protected virtual string? Find(IReadOnlyList<string?> names, out int place)
                int Item[long index] { get; }
                const int Most
                string Name { get; init; }
                required PublicApiTests.Surface? Next { get; set; }
                abstract (int, string) Pair<T>(T value, {{KindName}} kind = {{KindName}}.Second, params string[] rest)
                static bool? Sure { get; }
            enum Ocs.Cli.Tests.Architecture.PublicApiTests.Surface.Kind
                First = 0
                Second = 4

            """,
            text);
    }

    // The compiler nests types of its own, for extension members among others.
    private static bool IsWritten(Type type) => !type.FullName!.Contains('<', StringComparison.Ordinal)
        && !type.IsDefined(typeof(CompilerGeneratedAttribute));

    public abstract record Surface(string Name) : IDisposable
    {
        public const int Most = 3;

        public enum Kind
        {
            First = 0,
            Second = 4,
        }

        public static bool? Sure => true;

        public required PublicApiTests.Surface? Next { get; set; }

        public int this[long index] => (int)index;

        public abstract (int Number, string Text) Pair<T>(T value, Kind kind = Kind.Second, params string[] rest);

        public void Dispose() => GC.SuppressFinalize(this);

        protected virtual string? Find(IReadOnlyList<string?> names, out int place)
        {
            place = 0;
            return names[0];
        }

        internal void Hidden()
        {
        }
    }
}
