using System.CommandLine;
using Ocs.Formats;

namespace Ocs.Cli.Commands;

/// <summary>The options of commands that write ONNX files.</summary>
internal sealed class OnnxChoices
{
    private readonly Option<int?> _opset = CommonOptions.Opset();

    private readonly Option<bool> _fold =
        new("--fold-batch-norm") { Description = "ONNX: folds batch norms into the layers before them." };

    public IEnumerable<Option> All => [_opset, _fold];

    /// <summary>The chosen options.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="missing">The missing option without which no ONNX file is written; null if one is written.</param>
    public OnnxOptions Of(ParseResult parsed, string? missing)
    {
        var options = new OnnxOptions { Opset = parsed.GetValue(_opset), FoldBatchNorm = parsed.GetValue(_fold) };
        options.Validate();
        return missing is null || options == new OnnxOptions()
            ? options
            : throw new OcsInputException(
                $"{_opset.Name} and {_fold.Name} say how an ONNX file is written; give {missing}, too.");
    }
}
