"""Figures as tables, each beside its target."""


def number(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def ranged(figure):
    return f"{number(figure['median'])} ({number(figure['min'])}–{number(figure['max'])})"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join("---" for _ in head) + " |"]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def saturation(figures, tools):
    parts = []
    for protocol, title in (("http1", "HTTP/1.1"), ("tls", "HTTP/1.1 over TLS"), ("h2", "HTTP/2 over TLS"),
                            ("h2-shared", "HTTP/2 over TLS, eight connections shared (hey always shares one)"),
                            ("h2-one", "HTTP/2 over TLS, one connection shared")):
        rows = []
        for name, tool in tools.items():
            seen = figures[protocol].get(name)
            if seen:
                rows.append([name, ranged(seen["requests_per_second"]), ranged(seen["cpu_us_per_request"]),
                             ranged(seen["cpu_ratio_to_floor"])])
            else:
                rows.append([name, "not installed" if tool is None else "cannot", "–", "–"])
        parts.append(f"{title}\n\n" + table(
            ["tool", "requests/s, one CPU", "CPU µs a request", "CPU, ratio to libcurl in C"], rows))
    return "\n\n".join(parts)


def shape(figures, _):
    return table(["tool", "requests", "process start to first request, s", "CPU a request, all included, ms", "peak memory, MiB"], [
        [name, f"{seen['requests']['median']:,.0f}", ranged(seen["first_request_s"]), ranged(seen["cpu_ms_per_request"]),
         ranged(seen["peak_mib"])] for name, seen in figures.items()]) + (
        "\n\nTargets: 0.15 s, 0.1 ms, 40 MB.")


def scale(figures, _):
    return table(["in flight", "processes", "requests", "failed", "CPU µs a request", "peak memory, MiB, all"], [
        [f"{int(count):,}", seen["processes"], f"{seen['requests']:,}", seen["failed"],
         number(seen["cpu_us_per_request"]), number(seen["peak_mib"])] for count, seen in figures.items()])


def flight(figures, _):
    return table(["in flight", "connections", "requests", "failed", "CPU µs a request", "peak memory, MiB", "kB a request in flight"], [
        [f"{figures['in_flight']:,}", figures["connections"], f"{figures['requests']:,}", figures["failed"],
         number(figures["cpu_us_per_request"]), number(figures["peak_mib"]), number(figures["peak_mib"] * 1024 / figures["in_flight"])]])


def accuracy(figures, _):
    def cells(seen, side):
        return [number(value) for value in seen[side].values()] if seen[side] else ["–"] * 3
    return table(["rate, place", "requests", "records p50", "p99", "max", "server p50", "p99", "max"], [
        [name, seen["requests"], *cells(seen, "records_us"), *cells(seen, "server_us")]
        for name, seen in figures.items()]) + "\n\nLateness in µs."


def length(figures, _):
    pushes = figures["pushes"]
    return table(["figure", "here"], [
        ["requests", f"{figures['requests']:,}"], ["failed", figures["errors"]],
        ["CPU µs a request", number(figures["cpu_us_per_request"])], ["peak memory, MiB", number(figures["peak_mib"])],
        ["peak of the second half above that of the first, MiB", number(figures["growth_of_second_half_mib"])],
        ["pushes", len(pushes)],
        ["bytes a push, tenth and last but one", f"{pushes[min(9, len(pushes) - 1)]:,}, {pushes[max(0, len(pushes) - 2)]:,}"]])


def remote_write(figures, _):
    return table(["remote write", "CPU µs a request at saturation", "lateness p99 at 1,000/s, µs"], [
        [way, ranged(seen["cpu_us_per_request"]), ranged(seen["lateness_p99_us"])] for way, seen in figures.items()])


ALL = {"saturation": ("Saturation", saturation), "shape": ("The shape of open_loop_decode", shape),
       "scale": ("Scale", scale), "flight": ("In flight over shared connections", flight), "accuracy": ("Send accuracy", accuracy), "length": ("Length", length),
       "remote_write": ("Remote write", remote_write)}
