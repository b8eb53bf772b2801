namespace Ocs.Data;

/// <summary>How many batches a data set gives.</summary>
internal static class BatchCount
{
    /// <summary>The batches of an epoch, and the samples in them.</summary>
    public static (int Batches, int Samples) Of(int count, BatchLoaderOptions options)
    {
        var full = count / options.BatchSize;
        return options.DropLast ? (full, full * options.BatchSize)
            : (full * options.BatchSize == count ? full : full + 1, count);
    }

    /// <summary>Throws one sentence with everything that is wrong.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="options">What is wanted of it.</param>
    /// <param name="problems">What is wrong already.</param>
    /// <exception cref="OcsInputException">Something is.</exception>
    public static void Require(IDataset dataset, BatchLoaderOptions options, IEnumerable<string> problems)
    {
        List<string> all = [.. options.Validate(), .. problems];
        if (options.DropLast && options.BatchSize > dataset.Count)
        {
            all.Add(
                $"`{nameof(options.BatchSize)}` is {options.BatchSize}, but {dataset.Name} has only {dataset.Count} "
                + $"samples and `{nameof(options.DropLast)}` is set");
        }

        if (all.Count > 0)
        {
            throw new OcsInputException(string.Join("; ", all));
        }
    }
}
