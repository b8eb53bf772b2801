using System.Collections.Immutable;
using Ocs.RunLog;

namespace Ocs.Reporting;

/// <summary>
/// A row of the paper's tables of results (arXiv 2501.13439, Tab. 1, 2, 3 and 7). Fractions are from 0 to 1.
/// </summary>
/// <param name="Table">The table.</param>
/// <param name="Model">The network's name here.</param>
/// <param name="Data">The data set's name here.</param>
/// <param name="Method">The paper's method, or one that it compares with.</param>
/// <param name="Macs">The remaining fraction of multiply-accumulates, which the paper calls FLOPs.</param>
/// <param name="Parameters">The remaining fraction of parameters; null if the paper has none.</param>
/// <param name="Baseline">Top-1 accuracy of the unpruned network; null if the paper has none.</param>
/// <param name="Accuracy">Top-1 accuracy of the pruned network.</param>
internal sealed record PaperRow(
    string Table,
    string Model,
    string Data,
    string Method,
    double Macs,
    double? Parameters,
    double? Baseline,
    double Accuracy)
{
    private const string Own = "OCSPruner";
    private const double Near = 0.02;

    /// <summary>Whether it is a result of the paper's method.</summary>
    public bool IsOwn => Method.StartsWith(Own, StringComparison.Ordinal);

    /// <summary>Whether it started from a trained network.</summary>
    public bool IsPretrained => Table == "Tab. 7";

    /// <summary>The rows for a network and its data, in the paper's order.</summary>
    public static ImmutableArray<PaperRow> For(string model, string? data) =>
        [.. All.Where(row => row.Model == model && row.Data == data)];

    /// <summary>The paper's row at about a run's remaining MACs; null if there is none.</summary>
    public static PaperRow? Nearest(RunSummary summary)
    {
        var left = summary.MacsBefore > 0 ? (double)summary.MacsAfter / summary.MacsBefore : 1;
        return For(summary.Model, summary.Data)
            .Where(row => row.IsOwn && row.IsPretrained == summary.Weights is not null)
            .Where(row => Math.Abs(row.Macs - left) <= Near)
            .MinBy(row => Math.Abs(row.Macs - left));
    }

    private static ImmutableArray<PaperRow> All { get; } =
    [
        .. Rows("Tab. 1", "cifar_vgg16", "cifar10",
            ("RCP", 47.99, 42.11, 94.33, 93.94), ("PGMPF", 34.00, null, 93.68, 93.60),
            ("CPGCN", 26.93, 6.94, 93.10, 93.08), ("LAASP", 39.54, 26.83, 93.79, 93.79),
            ("OTov1", 26.80, 5.50, 93.20, 93.30), (Own, 26.01, 9.72, 94.08, 93.88),
            ("DLRFC", 23.05, 5.62, 93.25, 93.64), ("OTov2", 23.70, 4.90, 93.20, 93.20),
            ("DCFF", 23.13, 7.20, 93.02, 93.47), (Own, 21.22, 7.46, 94.08, 93.76)),
        .. Rows("Tab. 1", "cifar_vgg19", "cifar100",
            ("ED", 11.37, null, 73.35, 65.18),
            ("GReg-2", 11.31, null, 74.02, 67.75),
            ("DepGraph", 11.21, null, 73.50, 70.39),
            (Own, 11.23, 5.49, 74.24, 70.47)),
        .. Rows("Tab. 2", "cifar_resnet56", "cifar10",
            ("HRank", 50.00, null, 93.26, 93.17), ("DLRFC", 47.42, 44.37, 93.06, 93.57),
            ("ResRep", 47.09, null, 93.71, 93.71), ("NuSPM", 49.72, null, null, 93.50),
            ("FPGM", 47.40, null, 93.59, 92.93), ("LAASP", 47.40, 61.43, 93.61, 93.45),
            (Own, 46.93, 50.27, 93.97, 93.80), ("GReg-2", 39.21, null, 93.36, 93.36),
            ("C-SGD", 39.15, null, 93.39, 93.44), ("DepGraph", 38.91, null, 93.53, 93.64),
            ("DCFF", 43.75, 44.71, 93.26, 93.26), (Own, 38.88, 41.42, 93.97, 93.65)),
        .. Rows("Tab. 2", "cifar_resnet110", "cifar10",
            ("FPGM", 47.70, null, 93.68, 93.74), (Own, 46.37, 52.71, 94.36, 94.30),
            ("HRank", 41.80, null, 93.50, 93.36), ("LAASP", 41.29, 54.56, 94.41, 93.61),
            ("DCFF", 33.18, 32.37, 93.50, 93.80), (Own, 33.10, 34.93, 94.36, 94.13)),
        .. Rows("Tab. 3", "resnet50", "imagenet",
            ("CLR-RNF", 59.60, 66.20, 76.01, 74.85), ("FPGM", 57.80, null, 76.15, 75.03),
            ("LAASP", 57.67, 77.29, 76.48, 75.85), (Own, 56.99, 64.45, 76.29, 76.00),
            ("HRank", 56.18, null, 76.15, 74.98), ("Taylor", 54.95, null, 76.18, 74.50),
            ("White-Box", 54.34, 68.63, 76.15, 75.32), ("DepGraph", 51.82, null, 76.15, 75.83),
            (Own, 51.74, 62.66, 76.29, 75.95), ("GNN-RL", 47.00, null, 76.10, 74.28),
            ("PGMPF", 46.50, null, 76.15, 75.11), ("GReg-2", 43.33, 62.30, 76.13, 75.36),
            ("PaT", 41.30, null, null, 74.85), ("NuSPM", 41.30, null, null, 75.30), (Own, 42.98, 51.83, 76.29, 75.49),
            ("CC", 37.32, 41.39, 76.15, 74.54), ("DTP", 32.68, null, 76.13, 74.26),
            ("OTOv1", 34.50, 35.50, 76.10, 74.70), (Own, 33.05, 37.13, 76.29, 74.72)),
        .. Rows("Tab. 3", "mobilenet_v2", "imagenet",
            ("NetAda", 72.73, null, 72.00, 70.00), ("CC", 71.67, null, 71.88, 70.91),
            ("AMC", 70.00, null, 71.80, 70.80), (Own, 70.32, 87.88, 71.79, 70.96),
            ("DepGraph", 45.45, null, 71.87, 68.46), ("DCFF", 46.67, 74.86, 72.00, 68.60),
            ("LAASP", 45.50, 64.09, 71.79, 68.45), (Own, 45.40, 67.76, 71.79, 68.68)),
        .. Rows("Tab. 7", "cifar_vgg16", "cifar10", ($"{Own}, pre-trained", 21.21, 13.68, 94.07, 93.63)),
        .. Rows("Tab. 7", "cifar_resnet56", "cifar10", ($"{Own}, pre-trained", 38.82, 42.26, 94.01, 93.50)),
        .. Rows("Tab. 7", "cifar_vgg19", "cifar100", ($"{Own}, pre-trained", 11.22, 10.06, 73.58, 69.98)),
        .. Rows("Tab. 7", "resnet50", "imagenet", ($"{Own}, pre-trained", 51.73, 56.05, 76.29, 76.22)),
    ];

    // In per cent, as the paper prints them.
    private static IEnumerable<PaperRow> Rows(
        string table, string model, string data,
        params (string Method, double Macs, double? Parameters, double? Baseline, double Accuracy)[] rows) =>
        rows.Select(row => new PaperRow(
            table,
            model,
            data,
            row.Method,
            row.Macs / 100,
            row.Parameters / 100,
            row.Baseline / 100,
            row.Accuracy / 100));
}
