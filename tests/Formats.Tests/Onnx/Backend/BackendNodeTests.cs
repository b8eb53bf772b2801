using System.Globalization;
using Xunit.Abstractions;

namespace Ocs.Formats.Tests.Onnx.Backend;

/// <summary>
/// ONNX's own tests of its operators, through the import and the executor. docs/onnx.md has the counts.
/// </summary>
[NoTensorLeaks]
public sealed class BackendNodeTests(ITestOutputHelper output)
{
    [BackendTheory]
    [InlineData("node", 388)]
    [InlineData("pytorch-converted", 36)]
    [InlineData("simple", 7)]
    public void Every_applicable_test_of_a_suite_passes(string suite, int atLeast)
    {
        var (passed, failures) = (0, new List<string>());
        var reasons = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var test in BackendCase.All(suite))
        {
            if (Applicability.Reason(test) is { } reason)
            {
                reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
            }
            else if (Failure(test) is { } failure)
            {
                failures.Add($"{test.Name}: {failure}");
            }
            else
            {
                passed++;
            }
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{suite}: {passed} of {passed + failures.Count} applicable tests passed"));
        foreach (var (reason, count) in reasons)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {count} do not apply: {reason}"));
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.InRange(passed, atLeast, int.MaxValue);
    }

    private static string? Failure(BackendCase test)
    {
        try
        {
            return BackendRun.Differs(test);
        }
        catch (Exception error)
        {
            return $"{error.GetType().Name}: {error.Message}";
        }
    }
}

/// <summary>A theory that needs ONNX's test data, and is skipped without.</summary>
internal sealed class BackendTheoryAttribute : TheoryAttribute
{
    public BackendTheoryAttribute()
    {
        if (!BackendCase.AreThere)
        {
            Skip = "needs ONNX's test data: apt-get install libonnx-testdata";
        }
    }
}
