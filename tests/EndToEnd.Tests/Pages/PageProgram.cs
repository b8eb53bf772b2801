using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Ocs.Cli.Tests;

namespace Ocs.EndToEnd.Tests.Pages;

/// <summary>Compiles what a page shows, with the houses and the usings that a program of its reader has.</summary>
internal static class PageProgram
{
    // A library needs no Main, and a program need not use all that it has.
    private static readonly string[] Harmless = ["CS5001", "CS8805"];

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. $"{AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")}".Split(Path.PathSeparator)
            .Select(file => MetadataReference.CreateFromFile(file)),
    ];

    private static readonly SyntaxTree ImplicitUsings = Parse("""
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """);

    // What the fragments of pages leave out: what they import, and what stands before them.
    private static readonly ImmutableArray<SyntaxTree> Around =
    [
        Parse(File.ReadAllText(Repository.PathOf("tests/EndToEnd.Tests/Pages/Around.txt"))),
        Parse(File.ReadAllText(Repository.PathOf("examples/CustomOperator/TrainedMish.cs"))),
    ];

    /// <summary>What is wrong with a whole program or file.</summary>
    public static IReadOnlyList<string> Faults(string code) => Faults(Compile([Parse(code)]));

    /// <summary>What is wrong with a part of a program.</summary>
    public static IReadOnlyList<string> FaultsOfFragment(string code) => Faults(Compile([Parse(code), .. Around]));

    /// <summary>Writes a program as an assembly.</summary>
    public static void Write(string code, string file)
    {
        var result = Compile([Parse(code)]).Emit(file);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
    }

    private static SyntaxTree Parse(string code) => CSharpSyntaxTree.ParseText(code);

    private static CSharpCompilation Compile(IEnumerable<SyntaxTree> code) => CSharpCompilation.Create(
        "page", [ImplicitUsings, .. code], References,
        new(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));

    private static string[] Faults(CSharpCompilation compilation) =>
    [
        .. compilation.GetDiagnostics()
            .Where(found => found.Severity == DiagnosticSeverity.Error && !Harmless.Contains(found.Id))
            .Select(found => $"{found.GetMessage(null)} ({found.Id}, line {Line(found)})"),
    ];

    private static int Line(Diagnostic found) => found.Location.GetLineSpan().StartLinePosition.Line + 1;
}
