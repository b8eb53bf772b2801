# Completes the command ocs in bash. The candidates are those of the command itself.
_ocs() {
    local candidate
    COMPREPLY=()
    while IFS=$'\t' read -r candidate _; do
        COMPREPLY+=("$candidate")
        # Completion continues after a folder, a key or a list.
        case $candidate in *[/=,]) compopt -o nospace ;; esac
    done < <("${1/#\~/$HOME}" complete --line "${COMP_LINE:0:COMP_POINT}" --breaks "$COMP_WORDBREAKS" 2>/dev/null)
}
complete -F _ocs ocs
