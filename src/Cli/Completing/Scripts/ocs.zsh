#compdef ocs
# Completes the command ocs in zsh. The candidates are those of the command itself.
_ocs() {
    local candidate description
    local -a whole whole_shown open open_shown
    while IFS=$'\t' read -r candidate description; do
        # Completion continues after a folder, a key or a list: no space follows.
        if [[ $candidate == *[/=,] ]]; then
            open+=("$candidate")
            open_shown+=("$candidate${description:+  -- $description}")
        else
            whole+=("$candidate")
            whole_shown+=("$candidate${description:+  -- $description}")
        fi
    done < <("${~words[1]}" complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
    (( ${#whole} )) && compadd -l -d whole_shown -a whole
    (( ${#open} )) && compadd -S '' -l -d open_shown -a open
    (( ${#whole} + ${#open} ))
}
if [[ ${funcstack[1]} == _ocs ]]; then
    _ocs "$@"
else
    compdef _ocs ocs
fi
