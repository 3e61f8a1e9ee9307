"""A provider on the framework `tf` 1.2.0, as somebody else would write one: items on a shelf, each a JSON file.

SHELF_FAULT makes it misbehave when it is asked for an item: `die` ends the process after the item was made, `unknown`
answers with an unknown value, `type` with a value of another type, `liar` with another value than planned.
"""

import json
import os
import sys
from pathlib import Path

from tf import types as t
from tf.function import Function, FunctionSignature, Parameter, Return
from tf.iface import DataSource, Provider, Resource
from tf.runner import run_provider
from tf.schema import Attribute, Schema


class Item(Resource):
    def __init__(self, shelf):
        self.shelf = shelf

    @classmethod
    def get_name(cls):
        return "item"

    @classmethod
    def get_schema(cls):
        return Schema(attributes=[
            Attribute("id", t.String(), computed=True),
            Attribute("name", t.String(), required=True, requires_replace=True),
            Attribute("text", t.String(), optional=True),
            Attribute("weight", t.Number(), optional=True),
            Attribute("labels", t.List(t.String()), optional=True),
            Attribute("colour", t.String(), optional=True, computed=True, default="grey"),
            Attribute("secret", t.String(), optional=True, sensitive=True),
            Attribute("length", t.Number(), computed=True),
        ])

    def file(self, item_id):
        return self.shelf.dir / f"{item_id}.json"

    def create(self, ctx, planned):
        # Two objects of one name are two files, so that a second create is seen.
        number = len(list(self.shelf.dir.glob(f"{planned['name']}-*.json")))
        return self.put({**planned, "id": f"{planned['name']}-{number}"})

    def put(self, item):
        item = {**item, "length": len(item["text"] or "")}
        with open(self.file(item["id"]), "w") as file:
            json.dump(item, file)
            os.fsync(file.fileno())
        fault = os.environ.get("SHELF_FAULT")
        if fault == "die":
            os._exit(3)
        odd = {"unknown": {"length": t.Unknown}, "type": {"length": [True]}, "liar": {"text": "not that"}}
        return {**item, **odd.get(fault, {})}

    def read(self, ctx, current):
        file = self.file(current["id"])
        return json.loads(file.read_text()) if file.exists() else None

    def update(self, ctx, current, planned):
        return self.put({**planned, "id": current["id"]})

    def plan(self, ctx, current, planned):
        return {**planned, "length": t.Unknown} if "text" in ctx.changed_fields else planned

    def delete(self, ctx, current):
        self.file(current["id"]).unlink()

    def upgrade(self, ctx, version, old):
        return old


class Items(DataSource):
    def __init__(self, shelf):
        self.shelf = shelf

    @classmethod
    def get_name(cls):
        return "items"

    @classmethod
    def get_schema(cls):
        return Schema(attributes=[
            Attribute("prefix", t.String(), required=True),
            Attribute("names", t.List(t.String()), computed=True),
        ])

    def read(self, ctx, config):
        names = sorted(json.loads(f.read_text())["name"] for f in self.shelf.dir.glob(f"{config['prefix']}*.json"))
        return {**config, "names": names}


class Label(Function):
    """Joins its arguments; `SHELF_CALLS` names a file that gets a line for each call."""

    def __init__(self, shelf):
        pass

    @classmethod
    def get_name(cls):
        return "label"

    @classmethod
    def get_signature(cls):
        return FunctionSignature(
            parameters=[Parameter("prefix", t.String())],
            variadic_parameter=Parameter("parts", t.String()),
            return_type=Return(t.String()),
        )

    def call(self, ctx, arguments):
        calls = os.environ.get("SHELF_CALLS")
        if calls:
            with open(calls, "a") as file:
                file.write(json.dumps(arguments) + "\n")
        if "/" in arguments[0]:
            ctx.diagnostics.add_error("a prefix has no slash", "")
            return None
        return "-".join(arguments)


class Weigh(Function):
    """The sum of a list, and null for none; no unit is one, too."""

    def __init__(self, shelf):
        pass

    @classmethod
    def get_name(cls):
        return "weigh"

    @classmethod
    def get_signature(cls):
        return FunctionSignature(
            parameters=[Parameter("weights", t.List(t.Number())), Parameter("unit", t.String(), allow_null_value=True)],
            return_type=Return(t.String()),
        )

    def call(self, ctx, arguments):
        weights, unit = arguments
        return None if not weights else f"{sum(weights):.1f}{unit or 'kg'}"


class Shelf(Provider):
    def get_model_prefix(self):
        return "shelf_"

    def get_provider_schema(self, diags):
        return Schema(attributes=[Attribute("dir", t.String(), required=True)])

    def full_name(self):
        return "drform.test/dev/shelf"

    def validate_config(self, diags, config):
        pass

    def configure_provider(self, diags, config):
        self.dir = Path(config["dir"])
        self.dir.mkdir(exist_ok=True)

    def get_data_sources(self):
        return [Items]

    def get_functions(self):
        return [Label, Weigh]

    def get_resources(self):
        return [Item]


def note_metas(calls):
    """Takes `provider_meta { note = … }`, which the framework does not, and appends each that comes to a file."""
    from tf.gen import tfplugin_pb2 as pb
    from tf.provider import ProviderServicer
    from tf.utils import read_dynamic_value

    def noting(name):
        inner = getattr(ProviderServicer, name)

        def method(self, request, context):
            meta = read_dynamic_value(request.provider_meta)
            with open(calls, "a") as file:
                file.write(f"{name} {request.type_name} {meta and meta['note']}\n")
            return inner(self, request, context)

        setattr(ProviderServicer, name, method)

    for name in ["ReadResource", "PlanResourceChange", "ApplyResourceChange", "ReadDataSource"]:
        noting(name)
    schema = ProviderServicer.GetProviderSchema

    def with_note(self, request, context):
        answer = schema(self, request, context)
        note = pb.Schema.Attribute(name="note", type=b'"string"', optional=True)
        answer.provider_meta.block.attributes.append(note)
        return answer

    ProviderServicer.GetProviderSchema = with_note


if __name__ == "__main__":
    if os.environ.get("SHELF_CALLS"):
        note_metas(os.environ["SHELF_CALLS"])
    run_provider(Shelf(), sys.argv)
