"""Images: decoded by Pillow within bounds, and written anew so that nothing but the picture is kept."""

import io
import logging
import re
import tempfile

from PIL import Image, ImageCms, ImageOps

from portal.models import UploadKind
from portal.sniffing.reading import Unfit, read_at

MOST_PIXELS = 50_000_000  # a phone's largest photos have 48 or 50 million
MOST_SCANNED = 12 * MOST_PIXELS  # a progressive JPEG decodes all its pixels once for each scan
MOST_PARTS = 50_000  # Pillow reads segments and chunks one by one
FORMATS = {UploadKind.PNG: "PNG", UploadKind.JPEG: "JPEG", UploadKind.WEBP: "WEBP"}
MODES = {
    UploadKind.PNG: ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    UploadKind.JPEG: ("L", "RGB"),
    UploadKind.WEBP: ("RGB", "RGBA"),
}
HOW = {
    UploadKind.PNG: {"compress_level": 4},
    UploadKind.JPEG: {"quality": 90, "optimize": True},
    UploadKind.WEBP: {"quality": 90, "method": 2},
}
WITHOUT_LENGTH = (0x01, *range(0xD0, 0xD9))
MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9

logger = logging.getLogger(__name__)


def kind_of(head):
    """The kind of image that a file's first bytes announce, or None."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return UploadKind.PNG
    if head.startswith(b"\xff\xd8\xff"):
        return UploadKind.JPEG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return UploadKind.WEBP
    return None


def look(file, kind):
    """The image with its header read and its size found bearable, or Unfit. Its pixels are not decoded yet."""
    segments, scans = parts_of_jpeg(file) if kind == UploadKind.JPEG else (0, 0)
    if segments > MOST_PARTS or (kind == UploadKind.PNG and parts_of_png(file) > MOST_PARTS):
        raise Unfit("broken", kind)
    try:
        file.seek(0)
        image = Image.open(file, formats=[FORMATS[kind]])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unfit("pixels", kind) from error
    except Exception as error:  # Pillow's readers raise whatever comes up
        raise Unfit("broken", kind) from error
    pixels = image.width * image.height
    if pixels > MOST_PIXELS:
        raise Unfit("pixels", kind)
    if scans * pixels > MOST_SCANNED:
        raise Unfit("broken", kind)
    return image


def decode(file, kind):
    """The whole picture (of several the first), or Unfit where the file does not hold it to its end."""
    image = look(file, kind)
    try:
        image.load()
    except Exception as error:
        raise Unfit("broken", kind) from error
    return image


def rewrite(file, kind):
    """A new file of the same kind with the picture alone: turned upright, no EXIF, no place, nothing appended."""
    image = _in_srgb(_upright(decode(file, kind)))
    if image.mode not in MODES[kind]:
        image = image.convert("RGBA" if kind != UploadKind.JPEG and image.has_transparency_data else "RGB")
    kept = {name: image.info[name] for name in ("transparency",) if name in image.info}
    image.info = kept if kind == UploadKind.PNG else {}
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        image.save(target, FORMATS[kind], **HOW[kind])
    except Exception as error:
        target.close()
        raise Unfit("broken", kind) from error
    target.seek(0)
    return target


def _upright(image):
    """The picture as its EXIF data would have it shown; unreadable EXIF data turn nothing."""
    try:
        ImageOps.exif_transpose(image, in_place=True)
    except Exception:
        logger.info("EXIF data that cannot be read")
    return image


def _in_srgb(image):
    """Colors as they were meant, without the profile that says how; as they are where the profile is unreadable."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK"):
        return image
    try:
        return ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGBA" if image.mode == "RGBA" else "RGB",
        )
    except Exception:
        logger.info("A color profile that cannot be used")
        return image


def parts_of_jpeg(file):
    """How many segments and how many scans a JPEG file has, up to its end mark or as many as are borne."""
    at, segments, scans = 2, 0, 0
    while segments <= MOST_PARTS:
        marker = read_at(file, at, 4)
        if len(marker) < 4 or marker[0] != 0xFF or marker[1] == END_OF_IMAGE:
            break
        segments += 1
        if marker[1] == 0xFF:
            at = _next_marker(file, at)
        elif marker[1] in WITHOUT_LENGTH:
            at += 2
        else:
            at += 2 + int.from_bytes(marker[2:4], "big")
            if marker[1] == START_OF_SCAN:
                scans += 1
                at = _next_marker(file, at)
    return segments, scans


def _next_marker(file, at):
    """The place, from `at` on, of the next marker that is neither stuffing nor a restart, or of the file's end."""
    file.seek(at)
    before = b""
    while chunk := file.read(64 * 1024):
        data = before + chunk
        if found := MARKER.search(data):
            return at + found.start()
        before = data[-1:]
        at += len(data) - 1
    return at + len(before)


def parts_of_png(file):
    """How many chunks a PNG file has, up to its end mark or as many as are borne."""
    at, chunks = 8, 0
    while chunks <= MOST_PARTS:
        start = read_at(file, at, 8)
        if len(start) < 8 or start[4:] == b"IEND":
            break
        chunks += 1
        at += 12 + int.from_bytes(start[:4], "big")
    return chunks
