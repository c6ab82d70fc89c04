"""reads.py FILE: what readers of PDF find in one, a line each, what it is before a tab: its language and title, its outline, the
headings of its structure; of each page, the text that is copied from it, and what its picture shows: the QR, and the full dots behind
the second competence."""

import sys

import pikepdf
import pypdfium2
import zxingcpp

# A paper is read from further away than a screen: 150 points to the inch.
SCALE = 150 / 72


def tell(kind: str, text: str) -> None:
    # A hyphen at the end of a line is told as a control character.
    print(f"{kind}\t{' '.join(text.replace(chr(2), '-').split())}")


def elements(element: pikepdf.Object):
    yield element
    for child in element.get("/K", []) if isinstance(element.get("/K"), pikepdf.Array) else [element.get("/K")]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield from elements(child)


def structure(file: str) -> None:
    with pikepdf.open(file) as pdf:
        tell("language", str(pdf.Root.Lang))
        with pdf.open_metadata() as metadata:
            tell("title", metadata["dc:title"])
            tell("created", metadata["xmp:CreateDate"])
        for element in elements(pdf.Root.StructTreeRoot.K[0] if isinstance(pdf.Root.StructTreeRoot.K, pikepdf.Array) else pdf.Root.StructTreeRoot.K):
            if element.S == "/H1":
                tell("heading", str(element.T))
            elif element.S == "/Link":
                tell("link", next(str(child.Obj.A.URI) for child in element.K if isinstance(child, pikepdf.Dictionary)))


def full_dots(page, picture) -> int:
    """How many coloured runs a line through the middle of the dots meets, from the end of the competence's name to the next column."""
    text = page.get_textpage()
    place, length = text.search("Gérer des données").get_next()
    boxes = [text.get_charbox(letter) for letter in range(place, place + length)]
    y = int((page.get_height() - (boxes[0][1] + boxes[0][3]) / 2) * SCALE)
    start, end = int(boxes[-1][2] * SCALE), int(page.get_width() / 2 * SCALE)
    coloured = [max(pixel) - min(pixel) > 60 for pixel in (picture.getpixel((x, y)) for x in range(start, end))]
    return sum(after and not before for before, after in zip(coloured, coloured[1:]))


def pages(file: str) -> None:
    pdf = pypdfium2.PdfDocument(file)
    for entry in pdf.get_toc():
        tell("outline", entry.get_title())
    for page in pdf:
        tell("text", page.get_textpage().get_text_bounded())
        picture = page.render(scale=SCALE).to_pil().convert("RGB")
        for code in zxingcpp.read_barcodes(picture):
            tell("qr", code.text)
        tell("dots", str(full_dots(page, picture)))


sys.stdout.reconfigure(encoding="utf-8")
structure(sys.argv[1])
pages(sys.argv[1])
