namespace Ocs.EndToEnd.Tests.Pages;

/// <summary>Programs that stand on pages compile against the houses as they are.</summary>
public sealed class ProgramTests
{
    [Fact]
    public void Every_program_of_a_page_compiles()
    {
        var blocks = Page.Manual.SelectMany(page => page.Blocks)
            .Where(block => block is { IsProgram: true, NotRun: null }).ToList();
        var faults = blocks.SelectMany(block =>
        {
            var faults = PageProgram.Faults(block.Text);
            if (faults.Count > 0 && block.SavedAs is null)
            {
                faults = PageProgram.FaultsOfFragment(block.Text);
            }

            return faults.Select(fault => $"{block.Where}: {fault}");
        });

        Faults.None(faults);
        Assert.InRange(blocks.Count, 15, int.MaxValue);
    }

    [Fact]
    public void A_name_that_the_library_has_not_is_found() =>
        Assert.NotEmpty(PageProgram.FaultsOfFragment("using var network = Network.Open(\"a.onnx\");"));
}
