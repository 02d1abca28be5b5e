// The batch script's text that is the same for every launch.

extension ModelScript {
    /// Where the parts go, and which architecture this is.
    static let begin = #"""
        fail() { printf 'sml: %s\n' "$1" >&2; exit 1; }
        logs=$PWD/logs/$SLURM_JOB_ID
        job_dir=$HOME/.sml/job-$SLURM_JOB_ID
        case $job_dir in *[,:[:space:]]*) fail "$job_dir: a comma, a colon or a blank, which a mount cannot name" ;; esac
        mkdir -p -- "$logs" "$HOME/.sml"
        # What is in it may be secret: a key among the framework's arguments.
        mkdir -m 700 -- "$job_dir"
        children=() names=() health=
        alive() { kill -0 "$1" 2>/dev/null; }
        # SLURM ends what is left of a job that has ended. The quiet way: nobody reads what srun says to that.
        trap 'rm -rf -- "$job_dir"; kill -KILL "${children[@]}" $health 2>/dev/null || true' EXIT
        # Cancelled, or at the time limit: the servers were told as well, and what they say to it comes through their srun.
        told() {
            local left child
            for _ in $(seq 40); do
                left=
                for child in "${children[@]}"; do ! alive "$child" || left=yes; done
                [ -n "$left" ] || break
                sleep 0.5
            done
            exit 143
        }
        trap told TERM

        case $(uname -m) in
        aarch64 | arm64) arch=arm64 ;;
        x86_64) arch=amd64 ;;
        *) fail "$(uname -m): unknown architecture; known are aarch64 and x86_64" ;;
        esac
        """#

    static let body = #"""
        sed -i "s|{arch}|$arch|g" "$job_dir/environment.toml"
        # A file that is missing is otherwise reported from deep inside the container engine. Variables are the engine's.
        image=${image//'{arch}'/$arch}
        case $image in
        *'$'*) ;;
        /*) [ -e "$image" ] || fail "$image: the image does not exist (on $(hostname), for $arch)" ;;
        esac

        # ---- Nodes: each replica's are neighbours, its first one is its head.
        mapfile -t nodes < <(scontrol show hostnames "$SLURM_JOB_NODELIST")
        [ "${#nodes[@]}" -eq $((replicas * nodes_per_replica)) ] || fail "${#nodes[@]} nodes; expected $replicas x $nodes_per_replica"
        printf 'nodes: %s (%s)\n' "${nodes[*]}" "$arch"
        heads=() urls=()
        for ((replica = 0; replica < replicas; replica++)); do
            node=${nodes[replica * nodes_per_replica]}
            addresses=$(srun --nodes=1 --ntasks=1 --nodelist="$node" hostname -i) || fail "$node: its address cannot be asked for"
            # It may have several: the first of IPv4's that others can reach.
            addresses=$(tr ' ' '\n' <<<"$addresses" | grep -E '^[0-9]+(\.[0-9]+){3}$') || fail "$node: has no IPv4 address"
            address=$(grep -m 1 -v '^127\.' <<<"$addresses" || head -n 1 <<<"$addresses")
            heads+=("$address") urls+=("http://$address:$port")
            printf 'replica %d: %s on %s\n' "$replica" "${urls[replica]}" "$node"
        done
        endpoint=${urls[0]}
        [ -z "$router_port" ] || endpoint=http://${heads[0]}:$router_port
        printf 'endpoint: %s\n' "$endpoint"
        printf '%s\n' "$endpoint" >"$logs/endpoint.new" && mv -- "$logs/endpoint.new" "$logs/endpoint"
        """#

    static let servers = #"""
        # ---- Servers: one step a node. `start NODE LOG WORD…`; a percent sign in a name would be srun's.
        start() {
            local node=$1 log=$2
            shift 2
            srun --nodes=1 --ntasks=1 --nodelist="$node" "${container[@]}" "${engine[@]}" --output="${logs//%/%%}/$log.out" --error="${logs//%/%%}/$log.err" "${entry[@]}" "$@" &
            children+=("$!") names+=("$log")
        }
        for ((replica = 0; replica < replicas; replica++)); do
            first=$((replica * nodes_per_replica))
            start "${nodes[first]}" "replica_$replica" bash "$job_dir/head.sh" "${heads[replica]}" "$arch"
            for ((rank = 1; rank < nodes_per_replica; rank++)); do
                start "${nodes[first + rank]}" "replica_${replica}_node$rank" bash "$job_dir/follower.sh" "$rank" "${heads[replica]}"
            done
        done
        bash "$job_dir/health.sh" "$logs/replica_health.json" "$nodes_per_replica" "$port" "${nodes[*]}" "${heads[@]}" &
        health=$!

        # ---- The router, once there is something behind it: it gives up on servers that load for long. It shares its node, and
        # the node's memory, all of which the server's step has: --mem=0.
        all_alive() { for child in "${children[@]}"; do alive "$child" || return 1; done; }
        if [ -n "$router_port" ]; then
            while all_alive && [ ! -e "$job_dir/healthy" ]; do
                alive "$health" || fail 'nobody watches for the replicas to be healthy'
                sleep 1
            done
            ! all_alive || start "${nodes[0]}" router --overlap --mem=0 bash "$job_dir/router.sh" "$arch" "${urls[@]}"
        fi

        # ---- The first to end ends the job: a replica without one of its nodes answers nothing. What follows from that
        # within a moment may be what explains it.
        while all_alive; do sleep 1; done
        sleep 2
        first=
        for index in "${!children[@]}"; do
            ! alive "${children[index]}" || continue
            status=0
            wait "${children[index]}" || status=$?
            first=${first:-$status}
            printf 'sml: %s ended with status %d; the last lines of its output:\n' "${names[index]}" "$status" >&2
            for log in "$logs/${names[index]}.out" "$logs/${names[index]}.err"; do
                [ ! -s "$log" ] || tail -n 20 -- "$log" >&2
            done
        done
        # A server that stops by itself is no success.
        exit $((first == 0 ? 1 : first))
        """#
}
