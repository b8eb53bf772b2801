# Completes the command ocs in PowerShell. The candidates are those of the command itself.
Register-ArgumentCompleter -Native -CommandName ocs -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $name, $before = $commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition }
    $words = @($before | ForEach-Object { if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text } })
    & $name.Value complete '--' @words "$wordToComplete".Trim("'", '"') 2>$null | ForEach-Object {
        $candidate, $description = $_ -split "`t", 2
        $shown = if ($description) { $description } else { $candidate }
        $text = if ($candidate -match '[\s''"`$;&|(){}@#,<>]') { "'" + $candidate.Replace("'", "''") + "'" } else { $candidate }
        [System.Management.Automation.CompletionResult]::new($text, $candidate, 'ParameterValue', $shown)
    }
}
