using Microsoft.Extensions.Logging;

namespace Ocs.Data;

/// <summary>
/// What folders of images write into an application's log. Numbers of events stay what they are: applications filter by
/// them.
/// </summary>
internal static partial class FolderLog
{
    [LoggerMessage(2000, LogLevel.Warning, "{Path} cannot be read and is left out: {Reason}")]
    public static partial void ImageSkipped(this ILogger log, string path, string reason);

    [LoggerMessage(2001, LogLevel.Information, "{Images} images of {Folder} were packed into {Path}, {Bytes} bytes.")]
    public static partial void FolderPacked(this ILogger log, int images, string folder, string path, long bytes);
}
