namespace Ocs.Cli.Configuration;

/// <summary>What a network is trained for.</summary>
internal enum TaskKind
{
    /// <summary>The class of an image.</summary>
    Classification,

    /// <summary>The class of each pixel.</summary>
    Segmentation,
}
