using Ocs.Data;

namespace Ocs.Training;

/// <summary>What a network is trained on and measured on.</summary>
public sealed record TrainingData(LabelledImages Train, LabelledImages Test, AugmentationOptions Augmentation);
