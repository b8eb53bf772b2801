using System.Text;

namespace Ocs.Core;

/// <summary>Property and enum names as configurations spell them: LearningRate is learning-rate.</summary>
internal static class OptionName
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
