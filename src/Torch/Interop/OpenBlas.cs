using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Ocs.Core.Interop;

namespace Ocs.Torch.Interop;

/// <summary>
/// OpenBLAS, which computes the matrix products of Debian's libtorch: which build of it is used, and which kernels.
/// docs/performance.md has times.
/// </summary>
internal static unsafe class OpenBlas
{
    /// <summary>The environment variable that names the kernels; OpenBLAS reads it when it is loaded.</summary>
    public const string Variable = "OPENBLAS_CORETYPE";

    private const string FileName = "libopenblas.so.0";

    // The files of a build, each before those that need it. A mixture of two builds hangs: one asks for more threads
    // than the other starts.
    private static readonly string[] FilesOfBuild = [FileName, "libblas.so.3", "liblapack.so.3"];

    // The folder of Debian's build with OpenMP, if it is installed.
    private static readonly string? OpenMpBuild = FindOpenMpBuild("/usr/lib");

    // OpenBLAS's names of kernels without AVX2 and FMA.
    private static readonly FrozenSet<string> BeforeAvx2 = FrozenSet.ToFrozenSet(
        [
            "Generic", "Katmai", "Coppermine", "Northwood", "Prescott", "Banias", "Atom", "Core2", "Penryn",
            "Dunnington", "Nehalem", "Sandybridge", "Athlon", "Opteron", "Opteron_SSE3", "Barcelona", "Bobcat",
            "Bulldozer", "Piledriver", "Steamroller", "Nano",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Loads the build with OpenMP where it is installed, before libtorch loads another one. Its threads are those of
    /// libtorch's loops, and threads of two kinds take time from each other. Chooses better kernels if OpenBLAS would
    /// use kernels older than the processor: it chooses them by the processor's model number, and may fall back to
    /// kernels for SSE on a processor newer than itself. A <see cref="Variable"/> set by the user has priority. Does
    /// nothing without OpenBLAS.
    /// </summary>
    public static void Prepare()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null
            && OwnChoice() is { } choice
            && Better(choice, HasAvx512, Avx2.IsSupported && Fma.IsSupported) is { } better)
        {
            _ = ProcessEnvironment.Set(Variable, better); // where the system refuses, products are slow, as they were
        }

        if (OpenMpBuild is not null)
        {
            foreach (var file in FilesOfBuild)
            {
                _ = NativeLibrary.Load(Path.Combine(OpenMpBuild, file)); // libtorch needs files of these names
            }
        }
    }

    /// <summary>OpenBLAS's name of the kernels that it uses or would use; null without OpenBLAS.</summary>
    internal static string? OwnChoice()
    {
        // The library is closed, so that it reads the variable when it is loaded for good.
        if (!NativeLibrary.TryLoad(Path.Combine(OpenMpBuild ?? "", FileName), out var library))
        {
            return null;
        }

        try
        {
            return NativeLibrary.TryGetExport(library, "openblas_get_corename", out var name)
                ? Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)name)())
                : null;
        }
        finally
        {
            NativeLibrary.Free(library);
        }
    }

    /// <summary>
    /// The folder of the build with OpenMP under one of libraries; null if a file is missing, or if the system's choice
    /// (<c>update-alternatives</c>) is no build of OpenBLAS, but MKL, for instance.
    /// </summary>
    internal static string? FindOpenMpBuild(string libraries)
    {
        var system = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => "x86_64-linux-gnu",
            Architecture.Arm64 => "aarch64-linux-gnu",
            var other => other.ToString(),
        };
        var choice = new FileInfo(Path.Combine(libraries, system, "libblas.so.3"));
        var target = choice.Exists ? choice.ResolveLinkTarget(returnFinalTarget: true)?.FullName : null;
        if (target?.Contains("/openblas-", StringComparison.Ordinal) != true)
        {
            return null;
        }

        var folder = Path.Combine(libraries, system, "openblas-openmp");
        return FilesOfBuild.All(file => File.Exists(Path.Combine(folder, file))) ? folder : null;
    }

    /// <summary>The kernels to use instead of the chosen ones; null if those are right.</summary>
    internal static string? Better(string choice, bool avx512, bool avx2) =>
        !BeforeAvx2.Contains(choice) ? null
        : avx512 ? "SkylakeX"
        : avx2 ? "Haswell"
        : null;

    private static bool HasAvx512 =>
        Avx512F.VL.IsSupported && Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported;
}
