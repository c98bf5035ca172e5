"""Files that go with demo projects."""

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ctorendang.demo.market import Market
from ctorendang.demo.projects import Brief
from ctorendang.demo.rows import TenantRows
from ctorendang.infra.gateways.gateways import Files, NotConfigured
from ctorendang.infra.uploads.file_types import recognise

ATTACHMENT_COLUMNS = ("tenant_id", "project_id", "name", "media_type", "size", "key")
# Of projects on which somebody works, and of those that few may see.
_PLOTS = frozenset({"choosing", "guarded", "in_trial", "at_work"})

_LINES_A_PAGE = 46
_WIDTH = 88


async def attach(files: Files, tenant_id: UUID, market: Market, rows: TenantRows) -> list[tuple[Any, ...]]:
    """Store the files of a tenant's projects; the rows that name them, none where there is no store."""
    named = []
    for posting, project_id in zip(market.postings, rows.project_ids, strict=True):
        if posting.plot not in _PLOTS:
            continue
        for name, content in _files(posting.brief, market.clients[posting.owner].person.name).items():
            key = f"{tenant_id}/projects/{project_id}/{secrets.token_hex(16)}"
            try:
                await files.put(key, content)
            except NotConfigured:
                return []
            named.append((tenant_id, project_id, name, recognise(content).media_type, len(content), key))
    return named


def _files(brief: Brief, client: str) -> Mapping[str, bytes]:
    return {"Brief.pdf": written_brief(brief, client), "Questions for the first call.txt": open_questions(brief)}


def written_brief(brief: Brief, client: str) -> bytes:
    """A brief on paper: one page of PDF, put together by hand (ISO 32000-1 section 7.5) without a library."""
    lines = [brief.title, f"Prepared by {client}", "", *_wrapped(brief.description)]
    lines += ["", "Goals", *_wrapped(brief.goals)]
    lines += ["", "To be delivered", *(f"  {number}. {each}" for number, each in enumerate(brief.deliverables, 1))]
    shown = "".join(f"({_escaped(line)}) Tj T*\n" for line in lines[:_LINES_A_PAGE])
    content = f"BT /F1 11 Tf 56 780 Td 15 TL\n{shown}ET".encode("cp1252", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return _assembled(objects)


def open_questions(brief: Brief) -> bytes:
    """What to talk about first, as plain text."""
    asked = [
        "Who on our side decides, and how quickly?",
        *(f"What would you need from us for “{each}”?" for each in brief.deliverables),
        "What did you learn the last time you did this?",
        "What would make you say no?",
    ]
    return "\n".join(f"{number}. {each}" for number, each in enumerate(asked, 1)).encode()


def _wrapped(text: str) -> list[str]:
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            if len(line) + len(word) >= _WIDTH:
                lines.append(line)
                line = ""
            line = f"{line} {word}".strip()
        lines.append(line)
    return lines


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _assembled(objects: list[bytes]) -> bytes:
    """The objects with the table that says where each begins."""
    document, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(document))
        document += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(document))
    return document + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + end
