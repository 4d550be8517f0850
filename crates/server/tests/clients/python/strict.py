"""Holds a raw answer against an SDK's model, strictly.

The SDK itself lets nearly everything through: its models are made without validation, every field is optional, every
enum is "the enum or any string" and unknown keys are kept. So here we walk the model's annotations ourselves. What
may differ stands in ../allowed.json, each line with its reason.
"""

import datetime as dt
import enum
import fnmatch
import inspect
import json
import pathlib
import re
import types
import typing
import uuid

import pydantic

ALLOWED = json.loads((pathlib.Path(__file__).parent.parent / "allowed.json").read_text())

# ISO 8601 with a zone: Node's SDK leaves anything else a string, and a time without a zone means nothing.
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")

# Lists that may be null. All others are [] when empty: callers iterate over them.
NULLABLE_LISTS = {"remote_data", "error_details"}


def faults(value, annotation, path="$", where=("", "")):
    """Everything in which `value` is not what `annotation` says; `where` is the model and field it stands in."""
    options = members(annotation)
    if value is None:
        return [] if type(None) in options or typing.Any in options else [f"{path}: null, not {annotation}"]
    options = [o for o in options if o is not type(None)]
    enums = [o for o in options if is_class(o, enum.Enum)]
    models = [o for o in options if is_class(o, pydantic.BaseModel)]
    if typing.Any in options:
        return []
    if enums:
        return enum_faults(value, enums[0], path, where)
    if models and isinstance(value, dict):
        return model_faults(value, models[0], path)
    if models and isinstance(value, str) and str in options:
        # A reference: the id of what would stand here if it were expanded. (A Url has none.)
        return id_faults(value, path) if "id" in fields_of(models[0]) else []
    if len(options) == 1 and typing.get_origin(options[0]) in (list, dict):
        return collection_faults(value, options[0], path, where)
    return leaf_faults(value, annotation, options, path)


def model_faults(value, model, path="$"):
    if not isinstance(value, dict):
        return [f"{path}: {value!r}, not a {model.__name__}"]
    known = fields_of(model)
    found = []
    for name in known.keys() - value.keys():
        if not allowed(model.__name__, name, "be missing"):
            found.append(f"{path}: no {name}, which {model.__name__} has")
    for name in value.keys() - known.keys():
        if not allowed(model.__name__, name, "be extra"):
            found.append(f"{path}: {name}, which {model.__name__} does not have")
    for name in known.keys() & value.keys():
        inner, at = value[name], f"{path}.{name}"
        if inner is None and is_list(known[name]) and name not in NULLABLE_LISTS:
            found.append(f"{at}: null, not a list")
        elif name == "id" and "remote_was_deleted" in known:
            found += id_faults(inner, at)
        else:
            found += faults(inner, known[name], at, (model.__name__, name))
    return sorted(found)


def enum_faults(value, kind, path, where):
    if value in [member.value for member in kind]:
        return []
    if isinstance(value, str) and allowed(*where, "be outside the enum"):
        return []
    return [f"{path}: {value!r} is not in {kind.__name__}"]


def collection_faults(value, annotation, path, where):
    kind, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if not isinstance(value, kind):
        return [f"{path}: {value!r}, not a {kind.__name__}"]
    pairs = enumerate(value) if kind is list else value.items()
    return [fault for key, item in pairs for fault in faults(item, arguments[-1], f"{path}[{key}]", where)]


def leaf_faults(value, annotation, options, path):
    if dt.datetime in options and not (isinstance(value, str) and TIME.fullmatch(value)):
        return [f"{path}: {value!r} is not a time with a zone"]
    try:
        pydantic.TypeAdapter(annotation).validate_json(json.dumps(value), strict=True)
    except pydantic.ValidationError as error:
        return [f"{path}: {value!r}: {e['msg']}" for e in error.errors()]
    return []


def id_faults(value, path):
    try:
        uuid.UUID(value)
    except (ValueError, TypeError, AttributeError):
        return [f"{path}: {value!r} is not a uuid"]
    return []


def members(annotation):
    """The alternatives of a union, or the annotation alone."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return [inner for a in typing.get_args(annotation) for inner in members(a)]
    return [annotation]


def is_list(annotation):
    return any(typing.get_origin(o) is list for o in members(annotation))


def is_class(annotation, base):
    return inspect.isclass(annotation) and issubclass(annotation, base)


def fields_of(model):
    """Names as they stand in the JSON, with their annotations."""
    return {f.alias or name: f.annotation for name, f in model.model_fields.items()}


def allowed(model, field, may):
    return any(
        fnmatch.fnmatchcase(model, line["model"]) and line["field"] == field and line["may"] == may
        for line in ALLOWED
    )
