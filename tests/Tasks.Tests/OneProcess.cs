namespace Ocs.Tasks.Tests;

/// <summary>A run of one process.</summary>
internal sealed class OneProcess : IProcessExchange
{
    public double[] Sum(params double[] values) => values;

    public double[][] Gather(double[] values) => [values];
}
