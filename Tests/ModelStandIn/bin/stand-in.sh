# What the stand-ins share. They are strict: an option that is not listed ends them, as it does what they stand in for, and
# so do wrong places of servers.
# shellcheck shell=bash
set -euo pipefail
state=/tmp/stand-in
fail() { echo "$me (stand-in): $1" >&2; exit "${2:-1}"; }

# `options VALUED FLAGS WORD…`: lists of names with `|` around each; values are left in the array `option`, other words
# in `rest`. What takes several values ends at the next option.
declare -A option=()
rest=()
options() {
    local valued=$1 flags=$2 name
    shift 2
    while [ $# -gt 0 ]; do
        case $1 in
        --*=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;;
        esac
        name=$1
        case $name in
        -*)
            if [[ $flags == *"|$name|"* ]]; then
                option[$name]=yes
                shift
            elif [[ $valued == *"|$name|"* ]]; then
                [ $# -ge 2 ] || fail "argument $name: expected one argument" 2
                option[$name]=$2
                shift 2
            elif [[ $valued == *"|$name+|"* ]]; then
                shift
                while [ $# -gt 0 ] && [[ $1 != -* ]]; do
                    option[$name]+="${option[$name]:+ }$1"
                    shift
                done
            else
                fail "unrecognized arguments: $name" 2
            fi ;;
        *) rest+=("$1"); shift ;;
        esac
    done
}
required() { for name in "$@"; do [ -n "${option[$name]:-}" ] || fail "the following arguments are required: $name" 2; done; }
whole() { [[ "${option[$1]:-1}" =~ ^[0-9]+$ ]] || fail "argument $1: invalid int value: '${option[$1]}'" 2; }

# `meet PORT`: on a replica's first node; others that `join` are written down, and let go when this one ends.
meet() {
    mkdir -p "$state/joined"
    busybox nc -ll -p "$1" -e /usr/lib/stand-in/welcome &
}
joined() { if [ -e "$state/joined" ]; then find "$state/joined" -mindepth 1 -maxdepth 1 | wc -l; else echo 0; fi; }
await() {
    local deadline=$((SECONDS + 120))
    until [ "$(joined)" -eq "$1" ]; do
        [ "$SECONDS" -lt "$deadline" ] || fail "$(joined) of $1 other nodes have come within 120 s"
        sleep 0.2
    done
}
# `join ADDRESS PORT NAME`: on one of the others. Ends when the first one does.
join() {
    local answer deadline=$((SECONDS + 120))
    until { exec 3<>"/dev/tcp/$1/$2"; } 2>/dev/null; do
        [ "$SECONDS" -lt "$deadline" ] || fail "$1:$2 does not answer"
        sleep 0.2
    done
    echo "$3" >&3
    read -r answer <&3 || fail "$1:$2 hung up"
    [ "$answer" = welcome ] || fail "$1:$2: $answer"
    echo "joined $1:$2 as $3"
    read -r answer <&3 || fail "$1:$2 is gone"
}
# A failing model, as STAND_IN_FAIL says; else it serves, for STAND_IN_LIVE_SECONDS if that is set.
load_and_serve() {
    echo "loading $2"
    sleep "${STAND_IN_LOAD_SECONDS:-1}"
    case ${STAND_IN_FAIL:-} in
    '') ;;
    loading) fail 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.' ;;
    never) echo 'waiting for nothing'; exec sleep infinity ;;
    *) fail "STAND_IN_FAIL: '$STAND_IN_FAIL': expected loading or never" 2 ;;
    esac
    local limit=()
    [ -z "${STAND_IN_LIVE_SECONDS:-}" ] || limit=(timeout "$STAND_IN_LIVE_SECONDS")
    exec "${limit[@]}" sml-endpoint --host "${option[--host]}" --port "${option[--port]}" --model "$1" \
        --ttft "${STAND_IN_TTFT:-20ms}" --time-per-token "${STAND_IN_TIME_PER_TOKEN:-1ms}"
}
# Weights that are not there are the most frequent mistake; names of a hub are not fetched here.
weights() { [ -e "$1/config.json" ] || fail "$1/config.json: no such file"; }
