"""Writes `common.txt`: what passwords are made of, from the lists of zxcvbn-ts as npm has them (MIT, `LICENSE-ZXCVBN-TS`).

    python3 shared/domain/src/password/make.py

Leaked passwords, the most frequent French words, first names and last names, each as `common.rs` compares it: letters alone, without
accents, signs that stand for letters read as these. The same versions write the same bytes.
"""

import hashlib
import json
import subprocess
import tarfile
import tempfile
import unicodedata
from pathlib import Path

PACKAGES = {
    "@zxcvbn-ts/language-common@4.1.3": "8366e0e2c9269491bd689a82fe75b3899ce062949efdfdeb29e1a86eb91d1623ab7d9545aaacd4802e815105ae5f9e12b9af63d09c71b7ed5b7f87ff31a9752a",
    "@zxcvbn-ts/language-fr@4.1.2": "c447b1da7e09f540619004b0e95b76954a7df9e2603f42aab8d8b287f0f72003ff1db9ea45d775a019008b29d2b11849f689664676557d8821694e4de9428d8f",
}
# Rarer ones are no better a guess than anything else.
FRENCH_WORDS = 10_000
# Shorter ones stand in anything.
LEAST = 4
STAND_FOR = str.maketrans("@4013!5$7", "aaoieisst")


def letters(text: str) -> str:
    text = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("æ", "ae").replace("ß", "ss"))
    return "".join(sign for sign in text if sign.isascii() and sign.isalpha())


def cores(password: str) -> set[str]:
    ends = "".join(sign for sign in password if not sign.isalpha())
    return {letters(password), letters(password.strip(ends).translate(STAND_FOR))}


def lists(package: str, sha_512: str) -> dict[str, list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True, text=True)
        archive = Path(folder, packed.stdout.strip())
        found = hashlib.sha512(archive.read_bytes()).hexdigest()
        if found != sha_512:
            raise SystemExit(f"{package} is not what it was: {found}")
        with tarfile.open(archive) as files:
            names = [name for name in files.getnames() if name.startswith("package/src/") and name.endswith(".json")]
            return {Path(name).stem: json.load(files.extractfile(name)) for name in names}


def main() -> None:
    common, french = (lists(package, sha_512) for package, sha_512 in PACKAGES.items())
    words = french["commonWords"][:FRENCH_WORDS] + french["firstnames"] + french["lastnames"]
    found = {letters(word) for word in words}.union(*map(cores, common["passwords"]))
    text = "".join(f"{word}\n" for word in sorted(found) if len(word) >= LEAST)
    Path(__file__).with_name("common.txt").write_text(text)


main()
