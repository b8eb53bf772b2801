using System.Globalization;
using System.Runtime.InteropServices;
using Ocs.Cli.Output;
using Ocs.Cli.Runtimes;
using Ocs.Data;
using Ocs.OnnxRuntime;
using Ocs.Torch;

namespace Ocs.Cli.Health;

/// <summary>The checks of <c>ocs doctor</c>, from the machine to the user's folders.</summary>
internal static class Checkup
{
    private const double Gigabyte = 1e9;

    // Training the demo takes a third of this.
    private const double FewGigabytes = 2;

    /// <summary>Runs all checks. The findings are in display order.</summary>
    /// <param name="root">The user's data root; null takes <c>OCS_DATA</c>.</param>
    /// <param name="folder">The folder for runs.</param>
    public static IEnumerable<Finding> Run(string? root, string folder) =>
    [
        Finding.Fine(
            "system",
            $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, "
            + RuntimeInformation.FrameworkDescription),
        ProcessorFeatures.Look(),
        Memory(new MachineMemory().Available),
        .. Libtorch(),
        OnnxRuntime(),
        Library("JPEG images", "libturbojpeg.so.0", "libturbojpeg0 (Ubuntu: libturbojpeg)"),
        Library("PNG images", "libspng.so.0", "libspng0"),
        .. Datasets(root),
        Writable("runs", folder),
        Writable("temporary files", Path.GetTempPath()),
    ];

    private static Finding Memory(long? available) => available switch
    {
        null => Finding.Note("memory", "The free memory is unknown."),
        < (long)(FewGigabytes * Gigabyte) => Finding.Note(
            "memory", $"{Gigabytes(available.Value)} free, which is little: use small batches."),
        _ => Finding.Fine("memory", $"{Gigabytes(available.Value)} free"),
    };

    private static string Gigabytes(long bytes) =>
        (bytes / Gigabyte).ToString("0.0 GB", CultureInfo.InvariantCulture);

    private static List<Finding> Libtorch()
    {
        try
        {
            var (version, cuda) = (TorchRuntime.Version, TorchRuntime.CudaDevices);
            return
            [
                Finding.Fine(
                    "libtorch",
                    $"{version}, {LoadedLibraries.Find("libtorch_cpu.so")}, "
                    + (cuda > 0 ? $"{cuda} CUDA devices" : "without a CUDA device")),
                Finding.Fine("shim", LoadedLibraries.Find("libocs_torch.so") ?? "loaded"),
                MatrixProducts(TorchRuntime.OpenBlasKernels, LoadedLibraries.Find("libopenblas")),
                Convolutions(TorchRuntime.OwnKernels, TorchRuntime.Threads),
            ];
        }
        catch (OcsInputException error)
        {
            return [Finding.Problem("libtorch", error.Message)];
        }
    }

    internal static Finding MatrixProducts(string? kernels, string? openBlas)
    {
        const string part = "matrix products";
        var found = kernels is null ? "libtorch's own" : $"OpenBLAS, kernels {kernels}, {openBlas}";
        return openBlas is not null && openBlas.Contains("/openblas-pthread/", StringComparison.Ordinal)
            ? Finding.Note(
                part,
                found + ": its threads and libtorch's take time from each other. Install libopenblas0-openmp, too.")
            : Finding.Fine(part, found);
    }

    private static Finding Convolutions(OwnKernels own, int threads) => own == OwnKernels.None
        ? Finding.Note(
            "convolutions",
            $"libtorch's, {Numbers.Of(threads, "thread")}: our own, which are faster, need a processor with AVX2.")
        : Finding.Fine("convolutions", $"our own for {(own == OwnKernels.Avx512 ? "AVX-512" : "AVX2")}, "
            + Numbers.Of(threads, "thread"));

    private static Finding OnnxRuntime()
    {
        try
        {
            return Finding.Fine("ONNX Runtime", InferenceSession.RuntimeVersion);
        }
        catch (OnnxRuntimeException error)
        {
            return Finding.Note("ONNX Runtime", $"verify and bench of ONNX files do not work: {error.Message}");
        }
    }

    private static Finding Library(string part, string file, string package)
    {
        if (!NativeLibrary.TryLoad(file, out var library))
        {
            return Finding.Note(part, $"{file} is missing, so they cannot be read: install {package}.");
        }

        var path = LoadedLibraries.Find(file[..file.IndexOf('.', StringComparison.Ordinal)]);
        NativeLibrary.Free(library);
        return Finding.Fine(part, path ?? file);
    }

    private static IEnumerable<Finding> Datasets(string? root)
    {
        var found = DatasetCatalog.Names
            .Select(name => (name, DatasetCatalog.Locate(name, root)?.Path))
            .ToLookup(pair => pair.Path is not null);
        foreach (var (name, path) in found[true])
        {
            yield return Finding.Fine(name, path!);
        }

        if (found[false].Any())
        {
            yield return Finding.Note(
                "data sets",
                $"not found: {string.Join(", ", found[false].Select(pair => pair.name))}. "
                + "`ocs data list` shows where they are looked for.");
        }
    }

    private static Finding Writable(string part, string folder)
    {
        var probe = Path.Combine(folder, $".ocs-doctor-{Guid.NewGuid():N}");
        try
        {
            using (new FileStream(
                probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
                var free = new DriveInfo(folder).AvailableFreeSpace;
                return Finding.Fine(part, $"{folder} can be written to, {Gigabytes(free)} free");
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Finding.Problem(
                part,
                $"{folder} cannot be written to ({error.Message}): use another folder, or fix its permissions.");
        }
    }
}
