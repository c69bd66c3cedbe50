"""Reading a PDF as others read it: with poppler and qpdf where they are installed, else with the libraries that
PyPI has (qpdf's own in pikepdf, Chromium's in pypdfium2), so that tests need nothing of the system."""

import io
import shutil
import subprocess
import tempfile
from pathlib import Path

import pikepdf
import pypdfium2


def run(content, *command):
    """What a tool says of a PDF; `{}` in the command stands for its file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "document.pdf")
        path.write_bytes(content)
        words = [str(path) if word == "{}" else word for word in command]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def text_of(content):
    """Its text, in the order of the page."""
    if shutil.which("pdftotext"):
        return run(content, "pdftotext", "-layout", "{}", "-")
    pages = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_bounded() for page in pages)


def fonts_of(content):
    """Its fonts: name and whether it is embedded."""
    found = {}
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and "/FontDescriptor" in item:
                files = {"/FontFile", "/FontFile2", "/FontFile3"} & set(item.FontDescriptor.keys())
                found[str(item.BaseFont)] = bool(files)
    return found


def facts_of(content):
    """Its Title, Lang(uage), Pages, Size of the first in points, whether it is Tagged, the part of PDF/UA (UA)."""
    with pikepdf.open(io.BytesIO(content)) as pdf, pdf.open_metadata() as metadata:
        return {
            "Title": metadata.get("dc:title", ""),
            "Lang": str(pdf.Root.get("/Lang", "")),
            "Pages": len(pdf.pages),
            "Size": tuple(round(float(number)) for number in pdf.pages[0].mediabox[2:]),
            "Tagged": bool(pdf.Root.get("/MarkInfo", {}).get("/Marked", False)) and "/StructTreeRoot" in pdf.Root,
            "UA": metadata.get("pdfuaid:part", ""),
        }


def is_whole(content):
    """Whether qpdf finds nothing wrong."""
    if shutil.which("qpdf"):
        return "No syntax or stream encoding errors found" in run(content, "qpdf", "--check", "{}")
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return not pdf.check_pdf_syntax()


def picture_of(content, path):
    """Its first page as a PNG at `path` (without the ending); returns the bytes."""
    picture = pypdfium2.PdfDocument(content)[0].render(scale=60 / 72).to_pil()
    picture.save(f"{path}.png")
    return Path(f"{path}.png").read_bytes()
