"""Reading a PDF with the tools that others read it with: poppler and qpdf."""

import subprocess
import tempfile
from pathlib import Path


def run(content, *command):
    """What a tool says of a PDF; `{}` in the command stands for its file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "document.pdf")
        path.write_bytes(content)
        words = [str(path) if word == "{}" else word for word in command]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def text_of(content):
    """Its text, in the order of the page."""
    return run(content, "pdftotext", "-layout", "{}", "-")


def fonts_of(content):
    """Its fonts: name and whether it is embedded."""
    lines = run(content, "pdffonts", "{}").splitlines()[2:]
    return {line.split()[0]: line.split()[-5] == "yes" for line in lines}


def facts_of(content):
    """What `pdfinfo` tells: Title, Tagged, Pages and so on."""
    lines = run(content, "pdfinfo", "{}").splitlines()
    return {name.strip(): value.strip() for name, _colon, value in (line.partition(":") for line in lines)}


def is_whole(content):
    """Whether qpdf finds nothing wrong."""
    return "No syntax or stream encoding errors found" in run(content, "qpdf", "--check", "{}")


def picture_of(content, path):
    """Its first page as a PNG at `path` (without the ending); returns the bytes."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "document.pdf")
        source.write_bytes(content)
        subprocess.run(["pdftoppm", "-r", "60", "-png", "-singlefile", source, path], check=True)
    return Path(f"{path}.png").read_bytes()
