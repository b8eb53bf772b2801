namespace Ocs.Tasks;

/// <summary>The figure of a detector by which the best network is chosen.</summary>
public enum DetectionMetric
{
    /// <summary>Pascal VOC's mean average precision at an intersection over union of 0.5, all points.</summary>
    MeanAveragePrecision50,

    /// <summary>COCO's average precision over the thresholds 0.50 to 0.95.</summary>
    CocoAp,
}
