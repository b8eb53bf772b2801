namespace Ocs.EndToEnd.Tests.Pages;

/// <summary>What is wrong with pages, all of it at once.</summary>
internal static class Faults
{
    public static void None(IEnumerable<string> faults)
    {
        var all = string.Join('\n', faults);
        Assert.True(all.Length == 0, all);
    }
}
