using System.Collections.Immutable;
using System.Globalization;

namespace Ocs.Training;

/// <summary>Several budgets that share one run, and the loss of accuracy that a network of them may have.</summary>
public sealed record BudgetOptions
{
    /// <summary>The fractions of the resource to remove, each in (0, 1), without repetition, in any order.</summary>
    public required ImmutableArray<double> Targets { get; init; }

    /// <summary>
    /// How much worse than the reference a network may be, in [0, 1]: of an accuracy, or another metric that is a
    /// fraction, the difference; of others, such as a perplexity, the share of the reference. The reference is the
    /// unpruned twin in the folder <c>twin</c>, or without one the network of the smallest target.
    /// </summary>
    public double AllowedLoss { get; init; } = 0.005;

    /// <summary>Throws one <see cref="OcsInputException"/> that names what is out of range.</summary>
    public void Validate()
    {
        if (Targets.IsDefaultOrEmpty)
        {
            throw new OcsInputException(
                $"`{nameof(Targets)}` is empty; give the fractions to remove, such as 0.3 and 0.5.");
        }

        ImmutableArray<double> wrong = [.. Targets.Where(target => target is not (> 0 and < 1))];
        if (!wrong.IsEmpty)
        {
            throw new OcsInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"`{nameof(Targets)}` must lie between 0 and 1, both excluded, but one is {wrong[0]}."));
        }

        if (Targets.GroupBy(target => target).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new OcsInputException(string.Create(
                CultureInfo.InvariantCulture, $"`{nameof(Targets)}` has {twice.Key} twice; leave one out."));
        }

        if (AllowedLoss is not (>= 0 and <= 1))
        {
            throw new OcsInputException(string.Create(
                CultureInfo.InvariantCulture, $"`{nameof(AllowedLoss)}` must lie in [0, 1], but is {AllowedLoss}."));
        }
    }
}
