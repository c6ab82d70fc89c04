"""Random elements, and what libxml2 makes of them: `python elements.py COUNT SEED > elements.jsonl` (needs lxml).

`cargo run -p mediacentre --example canonical -- elements.jsonl` then compares. See docs/mediacentre.md.
"""

import io
import json
import random
import sys

from lxml import etree

# No &, < and " in names of namespaces: the recommendation has them escaped as in attributes, libxml2 writes them as they are.
PREFIXES = ["", "a", "b", "c", "ds", "xs", "é"]
URIS = ["urn:example:a", "urn:example:b", "http://www.w3.org/2000/09/xmldsig#", "urn:example:x?y;z", "urn:example:é"]
NAMES = ["A", "b", "C1", "d-e", "Signature", "é", "_f.g"]
TEXTS = ["", " ", "\n  ", "\r\n", "\r", "\t", "text", "é😀", "&amp;", "&lt;", "&gt;", ">", "&quot;", "&apos;", "\"'", "&#xD;", "&#xA;", "&#9;",
         "&#233;", "&#x1F600;", "\u00a0\u2028", "]", "&#xD;\r\n", "\r&#xD;", "\r&amp;"]
INSIDE = TEXTS + ["<!-- a comment -->", "<!---->", "<![CDATA[<&>]]>", "<![CDATA[]]>", "<![CDATA[\r\n]]>"]
VALUES = [text for text in TEXTS if text != "\"'"]


def declarations(chance):
    """Some prefixes with their namespaces; the default one may be taken back."""
    found = {}
    while chance.random() < 0.45:
        prefix = chance.choice(PREFIXES)
        found[prefix] = "" if not prefix and chance.random() < 0.3 else chance.choice(URIS)
    return found


def written(chance, declared):
    parts = [f' xmlns{":" if prefix else ""}{prefix}="{uri}"' for prefix, uri in declared.items()]
    chance.shuffle(parts)
    return "".join(parts)


def attributes(chance, scope):
    found = {}
    while chance.random() < 0.5:
        prefix = chance.choice([prefix for prefix in scope if prefix] + ["", "", "xml"])
        local = chance.choice(["lang", "space", "base"]) if prefix == "xml" else chance.choice(NAMES)
        value = "preserve" if local == "space" and prefix == "xml" else "".join(chance.choices(VALUES, k=chance.randint(0, 3)))
        found[f"{prefix}:{local}" if prefix else local] = value
    space = lambda: chance.choice([" ", " ", "\n", "\t ", "\r\n"])
    return "".join(f'{space()}{name}={quote}{value}{quote}' for name, value in found.items() for quote in chance.choice("\"'"))


def element(chance, scope, depth, extra=None):
    """The text of an element within these namespaces; with `extra`, also with those declarations on it."""
    declared = declarations(chance)
    scope = {**scope, **declared}
    prefix = chance.choice([prefix for prefix in scope if prefix or scope[prefix]] + [""])
    name = (f"{prefix}:" if prefix else "") + chance.choice(NAMES)
    tail = attributes(chance, scope)
    inside = []
    while chance.random() < (0.75 if depth < 6 else 0.3):
        inside.append(element(chance, scope, depth + 1)[0] if depth < 6 and chance.random() < 0.5 else chance.choice(INSIDE))
    body = "".join(inside)
    start = name + written(chance, declared) + tail
    end = f">{body}</{name}>" if body or chance.random() < 0.5 else "/>"
    everything = written(chance, {**(extra or {}), **declared}) if extra is not None else ""
    return f"<{start}{end}", f"<{name}{everything}{tail}{end}"


def case(chance):
    """An element within others, and the same alone with the namespaces of the others declared on it."""
    outer, opened, closed = {}, "", ""
    for level in range(chance.randint(0, 3)):
        declared = declarations(chance)
        outer |= declared
        opened += f"<w{level}{written(chance, declared)}>"
        closed = f"</w{level}>" + closed
    inner, alone = element(chance, outer, 0, extra=outer)
    prefixes = chance.sample(["#default", *PREFIXES[1:], "nobody"], k=chance.choice([0, 0, 1, 2, 4]))
    tree = etree.fromstring(alone)
    elements = [node for node in tree.iter() if isinstance(node.tag, str)]
    without = None
    if len(elements) > 1 and chance.random() < 0.5:
        without = chance.randrange(1, len(elements))
        remove(elements[without])
    expected = etree.tostring(tree, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=prefixes or None)
    return {"xml": f"{opened}{inner}{closed}", "apex": opened.count("<"), "without": without, "prefixes": prefixes, "expected": expected.decode()}


def remove(node):
    """Takes an element out, but not the text behind it."""
    before, parent = node.getprevious(), node.getparent()
    if before is not None:
        before.tail = (before.tail or "") + (node.tail or "") or None
    else:
        parent.text = (parent.text or "") + (node.tail or "") or None
    parent.remove(node)


def let_lxml_know(word):
    """lxml passes on to libxml2 only prefixes that it has met. "#default" is none that a document could have."""
    list(etree.iterparse(io.BytesIO(b"<a/>"), tag=word))
    probe = etree.fromstring('<a:b xmlns:a="urn:a" xmlns="urn:b"/>')
    assert b'"urn:b"' in etree.tostring(probe, method="c14n", exclusive=True, inclusive_ns_prefixes=[word])


def main(count, seed):
    let_lxml_know("#default")
    chance = random.Random(seed)
    made = 0
    while made < count:
        try:
            found = case(chance)
        except etree.XMLSyntaxError:
            # Two attributes of one name: by prefixes of one namespace.
            continue
        print(json.dumps(found, ensure_ascii=True))
        made += 1


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
