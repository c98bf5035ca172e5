"""Files that people have given us, handed out again."""

from urllib.parse import quote

from litestar import Response


def download(name: str, media_type: str, content: bytes) -> Response[bytes]:
    """A file to be saved, and never to be shown as a page of this site, whatever it holds."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=media_type, headers=headers)
