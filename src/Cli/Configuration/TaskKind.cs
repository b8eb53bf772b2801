namespace Ocs.Cli.Configuration;

/// <summary>The task of a network.</summary>
internal enum TaskKind
{
    /// <summary>The class of an image.</summary>
    Classification,

    /// <summary>The class of each pixel.</summary>
    Segmentation,

    /// <summary>Objects in an image, with a box and a class each.</summary>
    Detection,

    /// <summary>The next token of a text.</summary>
    Text,
}
