namespace Ocs.Training.Distillation;

/// <summary>How the outputs of a network are compared with those of its teacher.</summary>
public enum DistillationKind
{
    /// <summary>
    /// Knowledge distillation (Hinton et al. 2015, arXiv 1503.02531): the divergence of the probabilities, for any task
    /// whose activation is known.
    /// </summary>
    Kd,

    /// <summary>
    /// Decoupled knowledge distillation (Zhao et al. 2022, arXiv 2203.08679): the right class against all others, and
    /// the others among themselves, each with a weight of its own. It is for tasks with one class for each sample, and
    /// often better with many classes.
    /// </summary>
    Dkd,
}
