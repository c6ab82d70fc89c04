"""Writes all vectors and their index: `python make.py` in an environment with requirements.txt, and xmlsec1 on the path."""

import base64
import hashlib
import json
import subprocess
from pathlib import Path

import hostile
import tampered
import valid
import wrapped
from catalogue import VECTORS
from message import ACS, US, metadata

FOLDER = Path(__file__).parent.parent / "vectors"

METADATA = {
    "metadata": metadata(("provider", "signing"), ("next", "signing"), ("encryption", "encryption"), ("elliptic", "signing")),
    "metadata-without-use": metadata(("provider", None)),
    "metadata-short": metadata(("short", "signing"), ("next", "signing")),
    "metadata-no-keys": metadata(("provider", "encryption"), ("elliptic", "signing")),
}


def main():
    for old in FOLDER.glob("*"):
        old.unlink()
    FOLDER.mkdir(exist_ok=True)
    for name, text in METADATA.items():
        (FOLDER / f"{name}.xml").write_text(text)
    for part in (valid, hostile, tampered, wrapped):
        part.make()
    index = []
    for vector in VECTORS:
        file = f"{vector.name}.xml" if b"<" in vector.content else f"{vector.name}.txt"
        (FOLDER / file).write_bytes(vector.content)
        index.append({
            "name": vector.name, "file": file, "maker": vector.maker, "expected": vector.expected, "shows": vector.shows,
            "metadata": f"{vector.metadata}.xml", "now": vector.now, "request": vector.request,
        })
    versions = subprocess.run(["xmlsec1", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    head = {"entity_id": US, "acs": ACS, "made_by": f"{versions}, signxml 5.2.0", "vectors": index}
    (FOLDER / "index.json").write_text(json.dumps(head, ensure_ascii=False, indent=1) + "\n")
    told = [v.expected.get("refused", "accepted") for v in VECTORS]
    print(f"{len(told)} vectors, {told.count('accepted')} accepted, {len(set(told)) - 1} codes")


if __name__ == "__main__":
    main()
