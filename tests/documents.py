"""Documents for tests: small ones that are whole."""

import io
import zipfile

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def archive(*entries: tuple[str, bytes]) -> bytes:
    """A ZIP archive of these names and contents."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries:
            packed.writestr(name, content)
    return output.getvalue()


TYPES = ("[Content_Types].xml", b"<Types/>")
DOCX = archive(TYPES, ("word/document.xml", b"<w/>"))
