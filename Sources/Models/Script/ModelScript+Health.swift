// The part that watches the replicas from inside the job, where they can be reached: SML's report with SML's words.

extension ModelScript {
    /// Needs only bash and curl, because it runs on the node, not in the container.
    static let health = #"""
        #!/bin/bash
        # health.sh REPORT NODES_PER_REPLICA PORT "NODE…" ADDRESS…: asks each replica for its health every 5 s, and every
        # 30 s once all are well. The report is replaced whole.
        set -euo pipefail
        report=$1 nodes_per_replica=$2 port=$3
        read -ra nodes <<<"$4"
        shift 4
        command -v curl >/dev/null || { echo 'sml: curl is missing on this node' >&2; exit 1; }
        seen=()
        while :; do
            replicas='' healthy=0 replica=0
            for address in "$@"; do
                rank=$((replica * nodes_per_replica))
                code=$(curl --silent --output /dev/null --write-out '%{http_code}' --max-time 10 --noproxy '*' "http://$address:$port/health") || true
                case $code in
                2??) health=HEALTHY seen[replica]=$(date +%s) healthy=$((healthy + 1)) ;;
                *) if [ -z "${seen[replica]:-}" ]; then health=NOT_DEPLOYED; elif [ "$code" = 000 ]; then health=ERROR; else health=NOT_RESPONDING; fi ;;
                esac
                replicas+=${replicas:+, }$(printf '{"node_rank": %d, "node_ip": "%s", "node_host": "%s", "peer_id": null, "health": "%s", "last_seen": %s}' \
                    "$rank" "$address" "${nodes[rank]}" "$health" "${seen[replica]:-null}")
                replica=$((replica + 1))
            done
            printf '{"checked_at": %d, "replicas": [%s]}\n' "$(date +%s)" "$replicas" >"$report.new"
            mv -- "$report.new" "$report"
            pause=5
            if [ "$healthy" -eq "$#" ]; then
                : >"$(dirname "$0")/healthy"
                pause=30
            fi
            sleep "$pause" >/dev/null 2>&1
        done

        """#
}
