"""What a vector is, and the list that all of them are added to."""

from dataclasses import dataclass

from message import IDO, NOW, REQUEST

NAMES = {"PRE": ["Zoé"], "NOM": ["D’Hérouville"]}
TOLD = {"IDO": [IDO], **NAMES, "UAI": ["0990001N"], "PRO": ["National_elv"]}


@dataclass
class Vector:
    name: str
    content: bytes
    maker: str
    expected: dict
    shows: str
    metadata: str = "metadata"
    now: str = NOW
    request: str = REQUEST


VECTORS = []


def _add(name, content, maker, expected, shows, options):
    assert all(vector.name != name for vector in VECTORS), name
    content = content if isinstance(content, bytes) else content.encode()
    VECTORS.append(Vector(name, content, maker, expected, shows, **options))


def accepted(name, content, maker, shows, attributes=None, **options):
    """A response that is read, with all attributes that it tells."""
    attributes = {**TOLD, **(attributes or {})}
    attributes = {name: values for name, values in attributes.items() if values is not None}
    _add(name, content, maker, {"accepted": attributes}, shows, options)


def refused(name, code, content, maker, shows, **options):
    """A response that is refused for this reason."""
    _add(name, content, maker, {"refused": code}, shows, options)
