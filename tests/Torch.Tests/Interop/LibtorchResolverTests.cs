using Ocs.Torch.Interop;

namespace Ocs.Torch.Tests.Interop;

/// <summary>Where the shim is looked for.</summary>
public class LibtorchResolverTests
{
    [Fact]
    public void The_message_says_where_it_looked_and_what_to_do()
    {
        var exception = Assert.Throws<OcsInputException>(() => LibtorchResolver.Find(null, "/nowhere/at/all"));
        Assert.Contains("/nowhere/at/all/libocs_torch.so", exception.Message, StringComparison.Ordinal);
        Assert.Contains("/nowhere/artifacts/native/libocs_torch.so", exception.Message, StringComparison.Ordinal);
        Assert.Contains("native/build.sh", exception.Message, StringComparison.Ordinal);
        Assert.Contains("OCS_TORCH_SHIM", exception.Message, StringComparison.Ordinal);
    }

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
}
