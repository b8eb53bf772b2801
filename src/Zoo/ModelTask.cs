namespace Ocs.Zoo;

/// <summary>What a network of the zoo is made for.</summary>
public enum ModelTask
{
    /// <summary>The class of an image: logits [N, classes].</summary>
    Classification,

    /// <summary>Objects in an image: a box and scores of the classes for each default box.</summary>
    Detection,

    /// <summary>The class of each pixel: logits [N, classes, H, W].</summary>
    Segmentation,

    /// <summary>The next token of a text: logits [N, L, vocabulary].</summary>
    Text,
}
