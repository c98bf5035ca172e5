"""What reads other people's calendars is kept apart: no secrets, little memory, little time."""

import json
import resource
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ctorendang.domains.calendar import ical_reader
from ctorendang.domains.calendar.busy import busy_times
from ctorendang.domains.calendar.errors import CalendarNotReadable
from ctorendang.domains.calendar.slots import Span

_TELLING = """
import json, os, sys
sys.stdout.write(json.dumps({"environment": dict(os.environ), "folder": os.getcwd()}))
sys.exit(3)
"""
_LIMITED = """
import json, resource, sys
sys.path.insert(0, FOLDER)
import ical_reader
def busy(*_):
    limits = {each: resource.getrlimit(getattr(resource, each))[1] for each in dir(resource) if each[:7] == "RLIMIT_"}
    raise ical_reader.Refused(json.dumps(limits))
ical_reader.busy = busy
ical_reader.main()
"""


async def told_by(program: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict:
    """What a program says that is run in the place of the reader."""
    script = folder / "reader.py"
    script.write_text(program.replace("FOLDER", repr(str(Path(ical_reader.__file__).parent))))
    monkeypatch.setattr(ical_reader, "__file__", str(script))
    start = datetime(2026, 3, 1, tzinfo=UTC)
    with pytest.raises(CalendarNotReadable) as refused:
        await busy_times(b"", "UTC", Span(start, start + timedelta(days=1)))
    return json.loads(refused.value.detail)


async def test_the_reader_gets_nothing_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CTORENDANG_SECRET_KEY", "hunter2")
    told = await told_by(_TELLING, tmp_path, monkeypatch)
    assert set(told["environment"]) <= {"LC_CTYPE"}  # Python sets that itself
    assert told["folder"] == "/"


async def test_the_reader_has_limited_itself_before_it_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    limits = await told_by(_LIMITED, tmp_path, monkeypatch)
    assert 0 < limits["RLIMIT_AS"] <= 1_000_000_000
    assert 0 < limits["RLIMIT_CPU"] <= 10
    assert limits["RLIMIT_FSIZE"] == limits["RLIMIT_CORE"] == 0
    assert limits["RLIMIT_NOFILE"] <= 64
    assert resource.getrlimit(resource.RLIMIT_CPU)[1] != limits["RLIMIT_CPU"], "ours is as it was"
