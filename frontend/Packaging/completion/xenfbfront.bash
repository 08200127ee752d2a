# What bash completes for xenfbfront. Made from the program's table of options: see tests/Configuration/CompletionTests.cs.
_xenfbfront() {
    local line=${COMP_LINE:0:COMP_POINT} words='' action=''
    local word=${line##*[[:space:]]}
    local -a said=()
    read -ra said <<< "${line%"$word"}"
    local before=${said[${#said[@]} - 1]}
    case $word in
        --*=*) before=${word%%=*}= word=${word#*=} ;;
    esac
    case $before in
        --source | --source=) words='console term pattern keys' ;;
        --font | --font=) words='auto builtin builtin:16 builtin:24 builtin:32' action=file ;;
        --fallback-font | --fallback-font=) words='none' action=file ;;
        --geometry | --geometry=) words='fit keep' ;;
        --cursor | --cursor=) words='underline block none' ;;
        --keymap | --keymap=) words='us' action=file ;;
        --depth | --depth=) words='8 16 24 32' ;;
        --sink | --sink=) words='auto uinput uhid console record: none' ;;
        --unbind=) words='yes no' ;;
        --loopback | --loopback=) action=directory ;;
        --log | --log=) words='error warning info debug' ;;
        --config | --config=) action=file ;;
        --vt | --vt= | --scale | --scale= | --blink | --blink= | --vfb | --vfb= | --term | --term= | --size | --size= | --max-size | --max-size= | --grant-reserve | --grant-reserve=) ;;
        *)
            case ${said[1]-} in
                ctl) words='status watch metrics program sizes resize screenshot source keys trace upgrade help --loopback' ;;
                upgrade) words='--loopback' ;;
                doctor) words='--json --help --source --vt --font --fallback-font --scale --geometry --cursor --blink --vfb --term --keymap --size --max-size --depth --sink --unbind --grant-reserve --loopback --log --config' ;;
                '') words='doctor ctl upgrade --source --vt --font --fallback-font --scale --geometry --cursor --blink --vfb --term --keymap --size --max-size --depth --sink --unbind --grant-reserve --loopback --log --config --check-config --no-holder --help --help-all --version' ;;
                *) words='--source --vt --font --fallback-font --scale --geometry --cursor --blink --vfb --term --keymap --size --max-size --depth --sink --unbind --grant-reserve --loopback --log --config --check-config --no-holder --help --help-all --version' ;;
            esac
            ;;
    esac
    mapfile -t COMPREPLY < <(compgen ${action:+-A "$action"} -W "$words" -- "$word")
    # Only what stands behind the last = or : is replaced.
    local kept=${word%"${word##*[:=]}"}
    COMPREPLY=("${COMPREPLY[@]#"$kept"}")
    if [ -n "$action" ]; then
        compopt -o filenames 2> /dev/null
    elif [ "${COMPREPLY[*]}" = record: ]; then
        compopt -o nospace 2> /dev/null
    fi
    return 0
}
complete -F _xenfbfront xenfbfront
