using System.Text;

namespace Ocs.Cli.Configuration;

/// <summary>Property and enum names as configurations spell them: LearningRate is learning-rate.</summary>
internal static class KebabCase
{
    public static string Of(string name)
    {
        var text = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && text.Length > 0)
            {
                text.Append('-');
            }

            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }
}
