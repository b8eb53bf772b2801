namespace Ocs.Training.Distillation;

/// <summary>
/// How a network learns from a teacher besides its task. The defaults are those of the literature for 10 to 100
/// classes. For ImageNet the literature uses a temperature of 1, with a weight of 0.5 (kd) or a beta of 0.5 (dkd).
/// </summary>
public record DistillationOptions
{
    /// <summary>How outputs are compared with the teacher's.</summary>
    public DistillationKind Kind { get; init; }

    /// <summary>
    /// The weight of the teacher's term in kd, above 0 and at most 1: the loss is (1 - weight) times the task's, plus
    /// weight times the teacher's. In dkd the task's loss has the weight 1, and the teacher's two terms have alpha and
    /// beta.
    /// </summary>
    public double Weight { get; init; } = 0.9;

    /// <summary>
    /// What logits are divided by before they are compared, above 0. More makes the classes that are not right count
    /// more. The term is multiplied by its square, so that gradients keep their size.
    /// </summary>
    public double Temperature { get; init; } = 4;

    /// <summary>The weight of the right class against all others in dkd, not negative.</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>
    /// The weight of the other classes among themselves in dkd, not negative. The paper takes up to 8 where the teacher
    /// is much larger than the network.
    /// </summary>
    public double Beta { get; init; } = 2;

    /// <summary>
    /// Epochs in which the weight of the teacher's term rises, not negative. With N, it has 1/(N+1) of its size in
    /// epoch 0, and all of it from epoch N on.
    /// </summary>
    public int WarmupEpochs { get; init; }

    /// <summary>Every option that is out of range, as clauses for an error message.</summary>
    /// <param name="epochs">Epochs of the run.</param>
    internal IEnumerable<string> Problems(int epochs)
    {
        if (Weight is not (> 0 and <= 1))
        {
            yield return $"the `{nameof(Weight)}` of distillation must lie in (0, 1], but is {Weight}";
        }

        if (Temperature <= 0 || !double.IsFinite(Temperature))
        {
            yield return $"the `{nameof(Temperature)}` of distillation must be above 0, but is {Temperature}";
        }

        if (Alpha < 0 || Beta < 0 || Alpha + Beta <= 0 || !double.IsFinite(Alpha + Beta))
        {
            yield return $"`{nameof(Alpha)}` and `{nameof(Beta)}` of distillation must not be negative, "
                + $"and not both 0, but are {Alpha} and {Beta}";
        }

        if (WarmupEpochs < 0 || WarmupEpochs >= Math.Max(epochs, 1))
        {
            yield return $"the `{nameof(WarmupEpochs)}` of distillation must lie in [0, epochs), "
                + $"but are {WarmupEpochs}";
        }
    }
}
