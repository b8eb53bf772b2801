using Ocs.OnnxRuntime.Interop;

namespace Ocs.OnnxRuntime.Tests.Interop;

/// <summary>Where the library is looked for.</summary>
public class LibraryFinderTests
{
    [Fact]
    public void A_file_in_the_environment_is_the_only_place()
        => Assert.Equal(["/there/libonnxruntime.so"], LibraryFinder.Candidates("/there/libonnxruntime.so", "/nowhere"));

    [Fact]
    public void Parents_are_searched_from_the_program_upwards()
        => Assert.Equal(
            [
                "/a/b/artifacts/onnxruntime/libonnxruntime.so.1",
                "/a/artifacts/onnxruntime/libonnxruntime.so.1",
                "/artifacts/onnxruntime/libonnxruntime.so.1",
            ],
            LibraryFinder.Candidates(string.Empty, "/a/b"));

    [Fact]
    public void A_file_in_the_environment_that_is_not_there_or_no_library_is_named()
    {
        Assert.Equal(
            "OCS_ONNXRUNTIME names /there/x.so, which is not there: set it to a libonnxruntime.so, or to nothing.",
            Fails("/there/x.so"));
        var file = Path.GetTempFileName();
        try
        {
            Assert.Matches(
                $"^{file} did not load as ONNX Runtime \\(.*\\): set OCS_ONNXRUNTIME to another libonnxruntime.so.$",
                Fails(file));
        }
        finally
        {
            File.Delete(file);
        }

        static string Fails(string variable) =>
            Assert.Throws<OnnxRuntimeException>(() => LibraryFinder.Load(variable, "/nowhere")).Message;
    }
}
