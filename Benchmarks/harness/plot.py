"""Two kinds of picture as plain SVG: bars and a line. No plotting library, so that the benchmark runs anywhere."""
from xml.sax.saxutils import escape

WIDTH, LEFT, BAR = 720, 150, 26
STYLE = "<style>text{font:13px sans-serif;fill:#222}.t{font-weight:bold}.b{fill:#3b6ea5}.f{fill:#c8553d}.g{stroke:#ddd}</style>"


def svg(height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}">{STYLE}<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>\n')


def bars(title, rows):
    """`rows` of (name, value, low, high): a bar and its range."""
    top = max(high for _, _, _, high in rows) or 1
    scale = (WIDTH - LEFT - 110) / top
    parts = [f'<text class="t" x="10" y="22">{escape(title)}</text>']
    for index, (name, value, low, high) in enumerate(rows):
        y = 40 + index * (BAR + 8)
        middle = y + BAR / 2
        parts.append(f'<text x="{LEFT - 8}" y="{middle + 5}" text-anchor="end">{escape(name)}</text>'
                     f'<rect class="b" x="{LEFT}" y="{y}" width="{value * scale:.1f}" height="{BAR}"/>'
                     f'<line x1="{LEFT + low * scale:.1f}" x2="{LEFT + high * scale:.1f}" y1="{middle}" y2="{middle}" '
                     f'stroke="#222" stroke-width="2"/>'
                     f'<text x="{LEFT + high * scale + 8:.1f}" y="{middle + 5}">{value:,.1f}</text>')
    return svg(50 + len(rows) * (BAR + 8), parts)


def line(title, points, unit):
    """`points` of (seconds, value), from zero."""
    width, height = WIDTH - 90, 220
    last, top = points[-1][0] or 1, max(value for _, value in points) * 1.15 or 1
    path = " ".join(f"{60 + x / last * width:.1f},{40 + height - y / top * height:.1f}" for x, y in points)
    grid = "".join(
        f'<line class="g" x1="60" x2="{60 + width}" y1="{40 + height * (1 - part):.1f}" y2="{40 + height * (1 - part):.1f}"/>'
        f'<text x="54" y="{45 + height * (1 - part):.1f}" text-anchor="end">{top * part:.0f}</text>'
        for part in (0, 0.25, 0.5, 0.75, 1))
    return svg(height + 80, [f'<text class="t" x="10" y="22">{escape(title)}, {escape(unit)}</text>', grid,
                             f'<polyline points="{path}" fill="none" stroke="#3b6ea5" stroke-width="2"/>',
                             f'<text x="{60 + width}" y="{height + 62}" text-anchor="end">{last:.0f} s</text>'])
