"""Pages and mails in the look of a tenant."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctorendang.infra.theming.assets import AssetRegistry
from ctorendang.infra.theming.environment import ThemeEnvironment
from ctorendang.infra.theming.errors import UnknownTheme
from ctorendang.infra.theming.package import Theme, load_theme, theme_names

# What a template may ask for although the caller had nothing to say about it.
_ABSENT: Mapping[str, Any] = {
    "viewer": None,
    "csrf_token": "",
    "query": {},
    "flash": None,
    "form": None,
    "state": None,
    "data": {},
    "error": None,
    "confirm_first": False,
}
# The same of the person a page is for.
_VIEWER: Mapping[str, Any] = {"avatarUrl": None, "timeZone": None, "locale": None, "appearance": "SYSTEM"}


@dataclass(frozen=True, slots=True)
class WrittenMail:
    """One message, as text and as HTML."""

    subject: str
    text: str
    html: str


class ThemeRenderer:
    """All themes of one folder, ready to render. Safe to share between threads."""

    def __init__(self, root: Path, *, development: bool = False) -> None:
        """Load and compile.

        Args:
            root: the folder that holds the packages.
            development: undefined names are errors, and changed templates and documents are read again.

        Raises:
            InvalidTheme: a package is broken: better to say so now than on the first page.
        """
        self.root = root
        self._development = development
        self._documents: dict[str, str] = {}
        self.assets = AssetRegistry()
        self._themes: dict[str, Theme] = {}
        self._environments: dict[str, ThemeEnvironment] = {}
        for name in theme_names(root):
            theme = load_theme(root, name)
            self.assets.add(theme)
            self._themes[name] = theme
            self._environments[name] = ThemeEnvironment(theme, self.assets, development=development)

    @property
    def themes(self) -> Mapping[str, Theme]:
        """Every theme by name."""
        return self._themes

    def theme(self, name: str) -> Theme:
        """One theme.

        Raises:
            UnknownTheme: there is none of this name.
        """
        if name not in self._themes:
            raise UnknownTheme(name)
        return self._themes[name]

    def render(self, theme: str, template: str, context: Mapping[str, Any]) -> str:
        """A page; ``template`` is a path such as ``pages/home.html``, ``context`` as ``themes/base/README.md`` says.

        Raises:
            UnknownTheme: there is none of this name.
            jinja2.TemplateError: the template does not exist or does not fit the context.
        """
        return self._environment(theme).get_template(template).render(self._context(theme, context))

    def mail(self, theme: str, name: str, context: Mapping[str, Any]) -> WrittenMail:
        """The mail ``templates/mail/<name>``.

        Raises:
            UnknownTheme: there is no theme of this name.
            jinja2.TemplateError: the template does not exist or does not fit the context.
        """
        environment = self._environment(theme)
        values = self._context(theme, context)
        # Text is for readers who see no HTML: "O'Neill", not "O&#39;Neill".
        plain = environment.overlay(autoescape=False).get_template(f"mail/{name}.txt")
        subject = "".join(plain.blocks["subject"](plain.new_context(values)))
        return WrittenMail(
            subject=" ".join(subject.split()),
            text=plain.render(values).strip() + "\n",
            html=environment.get_template(f"mail/{name}.html").render(values),
        )

    def document(self, page: str) -> str:
        """The GraphQL document whose result the page reads as ``data``.

        Raises:
            FileNotFoundError: the page reads none.
        """
        document = self._documents.get(page)
        if document is None:
            document = (self.root / "base" / "documents" / f"{page}.graphql").read_text("utf-8")
            if not self._development:
                self._documents[page] = document
        return document

    def validate_settings(self, theme: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """A tenant's values with defaults for the rest: to be called when they are saved.

        Raises:
            UnknownTheme: there is no theme of this name.
            InvalidThemeSettings: a value does not fit the theme's schema.
        """
        return self.theme(theme).settings.resolve(values)

    def _environment(self, theme: str) -> ThemeEnvironment:
        self.theme(theme)
        return self._environments[theme]

    def _context(self, theme: str, context: Mapping[str, Any]) -> dict[str, Any]:
        # Values were validated when saved. A theme's later version may have dropped a setting: its page stays up.
        known = self.theme(theme).settings.defaults
        given = context.get("settings") or {}
        settings = {**known, **{name: value for name, value in given.items() if name in known}}
        viewer = {**_VIEWER, **context["viewer"]} if context.get("viewer") else None
        return {**_ABSENT, **context, "settings": settings, "viewer": viewer}
