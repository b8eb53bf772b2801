using Ocs.Cli.Health;
using Ocs.Torch;

namespace Ocs.Cli.Tests.Commands;

/// <summary>`ocs doctor`, here and with things taken away.</summary>
public class DoctorCommandTests
{
    [Fact]
    public void A_machine_that_runs_the_tests_has_no_problem()
    {
        var result = CommandLine.Run("doctor", "--json");
        Assert.Equal(0, result.Code);
        var findings = result.Json.GetProperty("findings").EnumerateArray()
            .ToDictionary(row => row.GetProperty("part").GetString()!, row => row);
        Assert.All(findings.Values, row => Assert.NotEqual("problem", row.GetProperty("state").GetString()));
        var libtorch = findings["libtorch"].GetProperty("text").GetString();
        Assert.StartsWith(TorchRuntime.Version, libtorch, StringComparison.Ordinal);
        Assert.Contains("libtorch_cpu.so", libtorch, StringComparison.Ordinal);
        Assert.EndsWith("libocs_torch.so", findings["shim"].GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_ends_with_a_verdict()
    {
        var result = CommandLine.Run("doctor");
        Assert.Contains("matrix products", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("Training works here.\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_to_is_a_problem_with_its_remedy()
    {
        var finding = Assert.Single(
            Checkup.Run(root: null, "/proc"), finding => finding.State == FindingState.Problem);
        Assert.Equal("runs", finding.Part);
        Assert.Matches("^/proc cannot be written to .*: use another folder, or fix its permissions.$", finding.Text);
    }

    [Fact]
    public void A_data_set_is_found_where_the_data_root_says()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("cifar-10-batches-bin/data_batch_1.bin", "");
        var finding = Assert.Single(Checkup.Run(folder.Path, folder.Path), finding => finding.Part == "cifar10");
        Assert.Equal((FindingState.Fine, Path.GetDirectoryName(file)), (finding.State, finding.Text));
    }

    [Theory]
    [InlineData("SkylakeX", "/usr/lib/x86_64-linux-gnu/openblas-openmp/libopenblasp-r0.3.21.so", FindingState.Fine)]
    [InlineData("SkylakeX", "/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblasp-r0.3.21.so", FindingState.Note)]
    [InlineData(null, null, FindingState.Fine)]
    public void An_OpenBLAS_with_threads_of_its_own_is_noted(string? kernels, string? file, object state) =>
        Assert.Equal((FindingState)state, Checkup.MatrixProducts(kernels, file).State);

    [Fact]
    public void A_loaded_library_is_found_by_the_beginning_of_its_name()
    {
        Assert.StartsWith("libc.so", Path.GetFileName(LoadedLibraries.Find("libc.so")), StringComparison.Ordinal);
        Assert.Null(LoadedLibraries.Find("libnothing-of-this-name"));
    }
}
