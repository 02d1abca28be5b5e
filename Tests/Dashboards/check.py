#!/usr/bin/env python3
"""Holds dashboards against Grafana's own published schema, as its foundation SDK for Python has it.

    check.py DASHBOARD.json…

Each is decoded into the SDK's classes; panels, options and queries of each plugin into that plugin's. A member that the schema does not
have is lost on the way back, and one of another type or outside an enumeration is found by the classes' annotations. What is wrong is
printed, a line each; nothing is printed of a dashboard that is as Grafana writes them.
"""
import enum
import json
import sys
import types
import typing

from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard

# What the schema leaves to plugins: the Prometheus data source's own members of annotations, and how a query variable shows itself.
OF_PLUGINS = {
    "annotations.list": {"step", "tagKeys", "titleFormat", "textFormat", "useValueForTime"},
    "templating.list": {"definition"},
}


def lost(before, after, path=""):
    """Members of `before` that are not the same in `after`; what the SDK adds are defaults."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            if key in OF_PLUGINS.get(path, ()):
                continue
            where = f"{path}.{key}" if path else key
            if key in after:
                yield from lost(value, after[key], where)
            else:
                yield f"{where}: the schema has no such member"
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for one, other in zip(before, after):
            yield from lost(one, other, path)
    elif before != after:
        yield f"{path}: {json.dumps(before)[:80]} is read as {json.dumps(after)[:80]}"


def fits(value, hint):
    """Whether a value is of an annotated type."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is typing.Any or hint is object:
        return True
    if origin in (typing.Union, types.UnionType):
        return any(fits(value, one) for one in arguments)
    if origin is typing.Literal:
        return value in arguments
    if origin is list:
        return isinstance(value, list) and all(fits(one, arguments[0]) for one in value)
    if origin is dict:
        return isinstance(value, dict)
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return value in [member.value for member in hint]
    if isinstance(hint, type):
        return value is None if hint is type(None) else isinstance(value, hint)
    return True


def misfits(value, path):
    """Attributes of the SDK's objects that are not of their annotated type."""
    if isinstance(value, list):
        for one in value:
            yield from misfits(one, path)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from misfits(one, f"{path}.{key}")
    elif hasattr(value, "to_json") and not isinstance(value, enum.Enum):
        for name, hint in typing.get_type_hints(type(value)).items():
            one = getattr(value, name, None)
            if one is not None and not fits(one, hint):
                yield f"{path}.{name}: {str(one)[:60]!r} is no {hint}"
            yield from misfits(one, f"{path}.{name}")


def main():
    plugins.register_default_plugins()
    found = []
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            source = json.load(file)
        board = dashboard.Dashboard.from_json(source)
        again = json.loads(json.dumps(board, cls=JSONEncoder))
        found += [f"{path}: {line}" for line in [*lost(source, again), *misfits(board, "dashboard")]]
    print("\n".join(sorted(set(found))), end="\n" if found else "")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
