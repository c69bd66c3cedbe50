"""Copies the style sheet and the fonts that pages use from npm packages into static/vendor/.

Run by hand when a version changes (`python tools/vendor.py`; needs npm); the result is committed, so
neither building nor running the portal needs Node. Each package is pinned by version and by the SHA-256
of its archive, and the script stops when the archive is another one.
"""

import hashlib
import re
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
SOURCE_MAP = re.compile(rb"\s*(/\*# sourceMappingURL=.*?\*/|//# sourceMappingURL=\S*)\s*$")


@dataclass(frozen=True)
class Package:
    """One npm package: where it comes from, under which licence, and which files are taken."""

    name: str
    version: str
    sha256: str
    licence: str
    home: str
    files: dict[str, str]  # path or pattern inside the archive -> place under static/vendor/


PACKAGES = (
    Package(
        name="bootstrap",
        version="5.3.9",
        sha256="06bdf78289c3c12ea99d40df84eedf6278c724c73eebf38f11f3a65b44ec8c94",
        licence="MIT (bootstrap/LICENSE)",
        home="https://getbootstrap.com",
        files={"dist/css/bootstrap.min.css": "bootstrap/", "LICENSE": "bootstrap/"},
    ),
    Package(
        name="pretendard",
        version="1.3.9",
        sha256="0ffc240cee83be02520fb4ac1b2a0a51052b9d13506ade0ba90c591dbbb3bd53",
        licence="SIL Open Font License 1.1 (pretendard/LICENSE.txt)",
        home="https://github.com/orioncactus/pretendard",
        files={
            "dist/web/variable/pretendardvariable-dynamic-subset.css": "pretendard/",
            "dist/web/variable/woff2-dynamic-subset/*.woff2": "pretendard/woff2-dynamic-subset/",
            "dist/LICENSE.txt": "pretendard/",
        },
    ),
)


def download(package: Package, folder: Path) -> Path:
    """Returns the package's archive, whose content is the pinned one."""
    spec = f"{package.name}@{package.version}"
    packed = subprocess.run(
        ["npm", "pack", "--silent", spec], cwd=folder, check=True, capture_output=True, text=True
    )
    archive = folder / packed.stdout.strip().splitlines()[-1]
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != package.sha256:
        raise SystemExit(f"{spec}: the archive has SHA-256 {found}, expected {package.sha256}")
    return archive


def copy(package: Package, archive: Path, folder: Path) -> int:
    """Copies the package's files to their places without source map comments; returns how many."""
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    count = 0
    for pattern, place in package.files.items():
        target = VENDOR / place
        target.mkdir(parents=True, exist_ok=True)
        found = sorted((folder / "package").glob(pattern))
        if not found:
            raise SystemExit(f"{package.name}: nothing matches {pattern}")
        for path in found:
            content = path.read_bytes()
            if path.suffix in {".css", ".js"}:
                # The manifest storage follows the comment to a map that is not shipped, and stops.
                content = SOURCE_MAP.sub(b"\n", content)
            (target / path.name).write_bytes(content)
            count += 1
    return count


def readme() -> str:
    lines = [
        "# Other people's files",
        "",
        "Copied by `tools/vendor.py` from the npm packages below, without source map comments and otherwise",
        "unchanged. To update one, change its version and SHA-256 there and run it.",
        "",
        "| package | version | licence | home |",
        "|---|---|---|---|",
    ]
    lines += [f"| {p.name} | {p.version} | {p.licence} | {p.home} |" for p in PACKAGES]
    return "\n".join(lines) + "\n"


def main() -> None:
    for package in PACKAGES:
        shutil.rmtree(VENDOR / package.name, ignore_errors=True)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            count = copy(package, download(package, folder), folder)
        print(f"{package.name} {package.version}: {count} files")
    (VENDOR / "README.md").write_text(readme(), encoding="utf-8")


if __name__ == "__main__":
    main()
