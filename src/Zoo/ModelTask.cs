namespace Ocs.Zoo;

/// <summary>The task of a network.</summary>
public enum ModelTask
{
    /// <summary>The class of an image: logits [N, classes].</summary>
    Classification,

    /// <summary>Objects in an image: a box and class scores for each default box.</summary>
    Detection,

    /// <summary>The class of each pixel: logits [N, classes, H, W].</summary>
    Segmentation,

    /// <summary>The next token of a text: logits [N, L, vocabulary].</summary>
    Text,
}
