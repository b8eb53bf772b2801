using Ocs.Formats;

namespace Ocs.Cli;

/// <summary>Says what the library says of files and weights in the words of the command line.</summary>
internal static class LibraryWords
{
    private const string FileRemedy =
        "give one that `ocs` wrote, an .onnx file, or a name of the zoo (`ocs models` lists them)";
    private const string ClassifierRemedy =
        ", or start with a new classifier by --reset-classifier (reset-classifier: true)";

    /// <summary>What the library loads, or its error in other words.</summary>
    /// <param name="load">The call of the library.</param>
    /// <param name="canResetClassifier">Whether the command has an option for a new last layer.</param>
    public static T Translate<T>(Func<T> load, bool canResetClassifier)
    {
        try
        {
            return load();
        }
        catch (OcsInputException error)
        {
            var classifier = canResetClassifier ? ClassifierRemedy : "";
            var sentence = error.Message
                .Replace(NetworkFile.FileRemedy, FileRemedy, StringComparison.Ordinal)
                .Replace(NetworkFile.WeightsRemedy, "with --weights", StringComparison.Ordinal)
                .Replace(WeightsFit.ClassifierRemedy, classifier, StringComparison.Ordinal);
            throw new OcsInputException(sentence, error);
        }
    }
}
