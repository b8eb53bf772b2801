using Ocs.Torch.Interop;

namespace Ocs.Torch.Tests.Interop;

/// <summary>Where the shim is looked for.</summary>
public class LibtorchResolverTests
{
    [Fact]
    public void A_variable_that_names_no_file_ends_in_a_sentence()
    {
        var exception = Assert.Throws<OcsInputException>(
            () => LibtorchResolver.Find("/nowhere/shim.so", "/nowhere", NotBuilt));
        Assert.Equal(
            "OCS_TORCH_SHIM names /nowhere/shim.so, which does not exist: "
            + "set it to the libocs_torch.so that native/build.sh makes, or to nothing.",
            exception.Message);
    }

    [Fact]
    public void Where_there_is_none_it_is_built()
        => Assert.Equal("/built.so", LibtorchResolver.Find(null, "/nowhere/at/all", () => "/built.so"));

    [Fact]
    public void A_path_in_the_environment_is_the_only_place()
        => Assert.Equal(["/there/shim.so"], LibtorchResolver.Candidates("/there/shim.so", "/nowhere"));

    [Fact]
    public void Parents_are_searched_from_the_program_upwards()
        => Assert.Equal(
            [
                "/a/b/libocs_torch.so",
                "/a/b/artifacts/native/libocs_torch.so",
                "/a/artifacts/native/libocs_torch.so",
                "/artifacts/native/libocs_torch.so",
            ],
            LibtorchResolver.Candidates(string.Empty, "/a/b"));

    [Fact]
    public void A_packages_shim_gives_way_to_another_shim_or_libtorch_that_is_named()
    {
        var file = $"libocs_torch.{ShimBuild.Version}.so";
        Assert.Equal(
            [$"/app/runtimes/linux-x64/native/{file}", $"/app/{file}"], LibtorchResolver.ReadyMade(null, "", "/app"));
        Assert.Empty(LibtorchResolver.ReadyMade("/there/shim.so", null, "/app"));
        Assert.Empty(LibtorchResolver.ReadyMade(null, "/opt/libtorch", "/app"));
    }

    [Fact]
    public void A_packages_shim_that_does_not_load_gives_way_to_one_that_is_built()
    {
        using var folder = new TemporaryFolder();
        Assert.Null(LibtorchResolver.LoadReadyMade(["/nowhere/shim.so"]));
        Assert.Null(LibtorchResolver.LoadReadyMade([folder.Write("shim.so", "not a library")]));
    }

    private static string NotBuilt() => throw new InvalidOperationException("It must not be built.");
}
