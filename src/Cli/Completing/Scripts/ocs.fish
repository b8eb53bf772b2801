# Completes the command ocs in fish. The candidates are those of the command itself.
function __ocs_complete
    set -l words (commandline -opc)
    eval (string escape -n -- $words[1] | string replace -r '^\\\\?~' '~') complete -- (string escape -- $words[2..] (commandline -ct)) 2>/dev/null
end
complete -c ocs -f -k -a '(__ocs_complete)'
