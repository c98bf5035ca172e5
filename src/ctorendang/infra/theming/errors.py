"""What is wrong with a theme. Found when themes are loaded or checked, never while a page is served."""


class InvalidTheme(Exception):
    """A theme package breaks its contract; the message names the theme, the file and the reason."""

    def __init__(self, theme: str, detail: str) -> None:
        super().__init__(f"Theme {theme}: {detail}")


class UnknownTheme(Exception):
    """No folder under ``themes/`` has this name."""

    def __init__(self, theme: str) -> None:
        super().__init__(f"There is no theme named {theme!r}.")


class InvalidThemeSettings(Exception):
    """Values do not fit the theme's settings schema.

    Attributes:
        fields: what is wrong, by the setting's name ("" for the whole).
    """

    def __init__(self, theme: str, fields: dict[str, str]) -> None:
        self.fields = fields
        reasons = "; ".join(f"{name or 'settings'}: {reason}" for name, reason in fields.items())
        super().__init__(f"Settings for theme {theme}: {reasons}")
