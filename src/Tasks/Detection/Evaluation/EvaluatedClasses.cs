namespace Ocs.Tasks;

/// <summary>Checks that the classes of boxes are known.</summary>
internal static class EvaluatedClasses
{
    /// <summary>Throws if a box has a class that is not evaluated.</summary>
    public static void Require(IReadOnlyList<EvaluatedImage> images, int classes)
    {
        for (var i = 0; i < images.Count; i++)
        {
            var labels = images[i].Objects.Select(box => box.Class)
                .Concat(images[i].Detections.Select(box => box.Class));
            foreach (var label in labels.Where(label => label < 0 || label >= classes))
            {
                throw new OcsInputException(
                    $"A box of image {i} has class {label}, but there are {classes} classes; "
                    + $"give classes from 0 to {classes - 1}.");
            }
        }
    }
}
