"""Writes `inter-regular.ttf` and `inter-bold.ttf`: Inter as npm has it, its parts merged, cut to the letters of French registers.

    python3 -m venv .local/fonts && .local/fonts/bin/pip install fonttools==4.68.0 brotli==1.2.1
    .local/fonts/bin/python shared/certificate/fonts/make.py

The same versions write the same bytes.
"""

import hashlib
import io
import subprocess
import tarfile
import tempfile
from pathlib import Path

from fontTools.merge import Merger
from fontTools.merge import Options as MergeOptions
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

PACKAGE = "@fontsource/inter@5.3.0"
SHA_512 = "4687ccca56668e52447c42d778d1c558145c4acef9ac653fe9b5764b68df9efbffdeb3d73c67b42e05094e495c1d9f6533839998054585c24f9c009f6fdd40de"
PARTS = ["latin", "latin-ext", "vietnamese"]
WEIGHTS = {"regular": 400, "bold": 700}

# Latin letters as registers have them, also African and Vietnamese ones; signs of French texts. Accents by themselves are left
# out: without tables that place them they would stand beside their letter.
LETTERS = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x250),
    *range(0x250, 0x2B0),
    0x2BB,
    0x2BC,
    *range(0x1E00, 0x1F00),
    *(ord(sign) for sign in "–—‘’‚“”„•…‹›€−"),
]


def package() -> tarfile.TarFile:
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, capture_output=True, text=True)
        data = Path(folder, packed.stdout.strip()).read_bytes()
    found = hashlib.sha512(data).hexdigest()
    if found != SHA_512:
        raise SystemExit(f"{PACKAGE} is not what it was: {found}")
    return tarfile.open(fileobj=io.BytesIO(data))


def bare(font: TTFont) -> TTFont:
    """Glyphs, advances and characters: we place letters one after the other, so the tables for anything else go."""
    for table in ["GSUB", "GPOS", "GDEF", "STAT", "HVAR", "MVAR", "DSIG", "fpgm", "prep", "cvt ", "gasp"]:
        if table in font:
            del font[table]
    return font


def merged(files: tarfile.TarFile, weight: int) -> TTFont:
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for part in PARTS:
            member = files.extractfile(f"package/files/inter-{part}-{weight}-normal.woff2")
            font = bare(TTFont(io.BytesIO(member.read()), recalcTimestamp=False))
            font.flavor = None
            paths.append(str(Path(folder, f"{part}.ttf")))
            font.save(paths[-1])
        return Merger(options=MergeOptions(drop_tables=[])).merge(paths)


def cut(font: TTFont) -> TTFont:
    options = Options()
    options.hinting = False
    options.layout_features = []
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=LETTERS)
    subsetter.subset(font)
    return font


def main() -> None:
    folder = Path(__file__).parent
    files = package()
    for name, weight in WEIGHTS.items():
        font = cut(merged(files, weight))
        font.recalcTimestamp = False
        font["head"].created = font["head"].modified = TTFont(
            io.BytesIO(files.extractfile(f"package/files/inter-latin-{weight}-normal.woff2").read())
        )["head"].modified
        font.save(folder / f"inter-{name}.ttf")
    (folder / "LICENSE-OFL").write_bytes(files.extractfile("package/LICENSE").read())


if __name__ == "__main__":
    main()
