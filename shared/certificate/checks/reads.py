"""reads.py FILE: what readers of PDF find in one, a line each, what it is before a tab: its language and title, its outline, the
headings of its structure; of each page, the text that is copied from it, and what the QR on its picture says."""

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


def pages(file: str) -> None:
    pdf = pypdfium2.PdfDocument(file)
    for entry in pdf.get_toc():
        tell("outline", entry.get_title())
    for page in pdf:
        tell("text", page.get_textpage().get_text_bounded())
        for code in zxingcpp.read_barcodes(page.render(scale=SCALE).to_pil()):
            tell("qr", code.text)


sys.stdout.reconfigure(encoding="utf-8")
structure(sys.argv[1])
pages(sys.argv[1])
