"""What a tenant may set in a theme: a JSON Schema with defaults, a theme's laid over its parent's."""

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError

from ctorendang.infra.theming.errors import InvalidTheme, InvalidThemeSettings


class SettingsSchema:
    """Validates a tenant's values and fills in the rest."""

    def __init__(self, theme: str, schema: Mapping[str, Any]) -> None:
        self._theme = theme
        self.schema = schema
        self._validator = Draft202012Validator(schema)
        self.defaults = {name: rule["default"] for name, rule in schema["properties"].items() if "default" in rule}

    @classmethod
    def merge(cls, theme: str, schemas: list[dict[str, Any]]) -> "SettingsSchema":
        """One schema out of a theme's and its parents', most general first: a property is extended, not replaced.

        Raises:
            InvalidTheme: the result is no JSON Schema, a setting lacks a default, or a default breaks its own rule.
        """
        properties: dict[str, Any] = {}
        for schema in schemas:
            for name, rule in schema.get("properties", {}).items():
                properties[name] = {**properties.get(name, {}), **rule}
        whole = {"type": "object", "properties": properties, "additionalProperties": False}
        try:
            Draft202012Validator.check_schema(whole)
        except SchemaError as error:
            raise InvalidTheme(theme, f"settings.schema.json: {error.message}") from None
        merged = cls(theme, whole)
        if missing := properties.keys() - merged.defaults.keys():
            raise InvalidTheme(theme, f"settings without a default: {', '.join(sorted(missing))}")
        if problems := merged.problems(merged.defaults):
            raise InvalidTheme(theme, f"defaults break their own rule: {problems}")
        return merged

    def problems(self, values: Mapping[str, Any]) -> dict[str, str]:
        """What is wrong with ``values``, by setting; empty when they fit."""
        errors: dict[str, str] = {}
        for error in self._validator.iter_errors(dict(values)):
            errors.setdefault(_field(error), error.message)
        return errors

    def resolve(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """``values`` with defaults for what they leave out.

        Raises:
            InvalidThemeSettings: a value does not fit.
        """
        if problems := self.problems(values):
            raise InvalidThemeSettings(self._theme, problems)
        return {**self.defaults, **values}


def _field(error: ValidationError) -> str:
    return ".".join(str(part) for part in error.absolute_path)
