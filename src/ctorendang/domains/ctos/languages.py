"""The languages that CTOs speak, and how well."""

from enum import StrEnum

from babel import Locale

LANGUAGES: dict[str, str] = {
    code: name for code, name in sorted(Locale("en").languages.items(), key=lambda each: each[1]) if len(code) == 2
}
"""English names by ISO 639-1 code, in alphabetical order."""

CODES: dict[str, str] = {name.lower(): code for code, name in LANGUAGES.items()}


class LanguageLevel(StrEnum):
    """How well, as people say it."""

    BASIC = "basic"
    PROFESSIONAL = "professional"
    FLUENT = "fluent"
    NATIVE = "native"
