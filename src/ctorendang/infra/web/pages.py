"""Pages: a GraphQL document's answer in a tenant's theme."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote, unquote

import msgspec
from litestar import Request, Response
from litestar.response import Redirect

from ctorendang.infra.auth.recency import is_recent, should_confirm_first
from ctorendang.infra.errors import AppError, Forbidden, InvalidInput, NotFound, SignInRequired, StepUpRequired
from ctorendang.infra.graphql.errors import DocumentRefused
from ctorendang.infra.graphql.executor import GraphQLExecutor
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import RequestContext, context_of
from ctorendang.infra.web.cookies import FLASH, VISITOR, Cookies
from ctorendang.infra.web.drafts import DRAFT, LONGEST_DRAFT, Draft, read_draft
from ctorendang.infra.web.drafts import LIFETIME as DRAFT_LIFETIME
from ctorendang.infra.web.forms import Form, read_form
from ctorendang.infra.web.queries import from_the_beginning, parameters_of
from ctorendang.infra.web.uploads import Upload, read_upload
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.crypto import TOKEN_LENGTH, keyed_digest, random_token, same

_VIEWER = """query Viewer {
  me { id name email roles emailVerified avatarUrl timeZone locale appearance cto { id status } }
}"""
_YEAR = 365 * 86_400

AnyRequest = Request[Any, Any, Any]


class Pages:
    """Renders pages and reads their forms; the same for every tenant."""

    def __init__(self, product: Product, executor: GraphQLExecutor) -> None:
        self._product = product
        self._executor = executor
        self._themes = product.gateways.themes
        self.cookies = Cookies(secure=product.settings.web.scheme == "https")

    async def show(
        self,
        request: AnyRequest,
        page: str,
        variables: Mapping[str, Any] | None = None,
        *,
        data: Mapping[str, Any] | None = None,
        state: str | None = None,
        form: Mapping[str, Any] | None = None,
        status: int = 200,
    ) -> Response[str]:
        """A page.

        Args:
            request: whose tenant and actor it is for.
            page: name of a template under ``pages/`` and of its document.
            variables: of the document; None for a page without one.
            data: what the page shows besides what its document says.
            state: which of its states the page is in.
            form: what was typed, and what is wrong with it.
            status: HTTP status.

        Raises:
            AppError: the document was refused.
        """
        context = context_of(request)
        if variables is not None:
            data = {**(data or {}), **await self.query(context, self._themes.document(page), variables)}
        seed = self._seed(request, context)
        draft = self._draft(request, context) if form is None else None
        confirmed = draft is not None and is_recent(context.actor)
        html = self._themes.render(
            context.tenant.theme,
            f"pages/{page}.html",
            {
                "tenant": context.tenant.view(),
                "settings": context.tenant.theme_settings,
                "viewer": await self._viewer(context),
                "csrf_token": self._form_token(context, seed),
                "path": request.url.path,
                "query": parameters_of(request),
                "flash": draft.said() if draft and confirmed else self._flash(request),
                "form": draft.form() if draft else form,
                "state": state,
                "data": data or {},
                "confirm_first": should_confirm_first(context.actor),
            },
        )
        return self._answer(request, seed, html, status, told={FLASH, DRAFT} if confirmed else {FLASH})

    def _answer(self, request: AnyRequest, seed: str, html: str, status: int, told: set[str]) -> Response[str]:
        """A page's response; cookies that have told what they were for go."""
        context = context_of(request)
        response = Response(html, status_code=status, media_type="text/html")
        response.headers["Cache-Control"] = "private, no-store" if context.actor.user_id else "private, no-cache"
        response.headers["Vary"] = "Cookie"
        if not context.token and request.cookies.get(self.cookies.name(VISITOR)) != seed:
            response.set_cookie(self.cookies.make(VISITOR, seed, _YEAR))
        for cookie in sorted(told):
            if self.cookies.name(cookie) in request.cookies:
                response.set_cookie(self.cookies.drop(cookie))
        return response

    async def show_found(
        self,
        request: AnyRequest,
        page: str,
        root: str,
        variables: Mapping[str, Any],
        *,
        form: Mapping[str, Any] | None = None,
        status: int = 200,
    ) -> Response[str]:
        """A page about one thing; ``form`` and ``status`` as for ``show``.

        Raises:
            NotFound: the document's root field is null.
        """
        context = context_of(request)
        data = await self.query(context, self._themes.document(page), variables)
        if data.get(root) is None:
            raise NotFound("There is nothing at this address, or it is not yours to see.")
        return await self.show(request, page, data=data, form=form, status=status)

    async def query(self, context: RequestContext, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The data of a document, run as the request's actor; a cursor that makes no sense is left out.

        Raises:
            AppError: something was refused.
        """
        said = {name: value for name, value in variables.items() if value is not None}
        try:
            answer = await self._executor.execute(
                document, said, tenant=context.tenant, actor=context.actor, read_only=True
            )
        except DocumentRefused as error:
            raise RuntimeError("a page's document cannot be run") from error
        if answer.refused is not None:
            beginning = from_the_beginning(variables, answer.refused)
            if beginning is None:
                raise answer.refused
            return await self.query(context, document, beginning)
        if answer.errors:
            raise RuntimeError(f"a page's document failed: {answer.errors[0]['message']}")
        return answer.data or {}

    async def _viewer(self, context: RequestContext) -> Any:
        if context.actor.user_id is None:
            return None
        return (await self.query(context, _VIEWER, {}))["me"]

    async def form(self, request: AnyRequest) -> Form:
        """The form that one of our pages has sent.

        Raises:
            Forbidden: it was not sent from a page of this site.
            AppError: it cannot be read.
        """
        form = await read_form(request, self.token(request))
        request.state["form"] = form
        return form

    async def upload(self, request: AnyRequest, name: str, most_bytes: int) -> Upload:
        """As ``form``, of a form with a file of at most so many bytes in the field of this name.

        Raises:
            Forbidden: it was not sent from a page of this site.
            UploadTooLarge: the file is larger.
            AppError: it cannot be read.
        """
        return await read_upload(request, self.token(request), name, most_bytes)

    def require_token(self, request: AnyRequest) -> None:
        """Let a script's request pass that carries its page's token as a header.

        Raises:
            Forbidden: it does not.
        """
        if not same(request.headers.get("x-csrf-token", ""), self.token(request)):
            raise Forbidden("Send the page's token as X-CSRF-Token, or sign in with an access token.")

    def token(self, request: AnyRequest) -> str:
        """What forms and scripts of a page must send along."""
        context = context_of(request)
        return self._form_token(context, self._seed(request, context))

    def refused(self, error: AppError, form: Form) -> dict[str, Any]:
        """What a page needs to show a form again after a refusal.

        Raises:
            SignInRequired, Forbidden, NotFound, StepUpRequired: the error itself, where typing something else would not
                help.
        """
        return {"values": form.values, "errors": _problems(error), "message": error.detail}

    async def press(
        self, request: AnyRequest, path: str, act: Callable[[UnitOfWork, Form], Awaitable[str]]
    ) -> Redirect:
        """Do what a button says, and go on to a page that tells how that went.

        Args:
            request: which sent the button's form.
            path: of that page.
            act: what to do, in one unit of work of the request's actor; its answer is what the page tells.

        Raises:
            SignInRequired, Forbidden, NotFound: there is nothing to press for this actor.
            StepUpRequired: the actor must confirm who they are first.
            AppError: the form was not sent from a page of this site, or cannot be read.
        """
        form = await self.form(request)
        try:
            async with self._product.units.begin(context_of(request).actor) as work:
                message = await act(work, form)
        except AppError as error:
            return self.redirect_refused(path, error)
        return self.redirect(path, message)

    def redirect_refused(self, path: str, error: AppError) -> Redirect:
        """Go on to another page, which says why nothing has happened.

        Raises:
            SignInRequired, Forbidden, NotFound, StepUpRequired: the error itself, as ``refused`` does.
        """
        return self.redirect(path, next(iter(_problems(error).values()), error.detail), "error")

    def redirect(self, path: str, message: str = "", kind: str = "success") -> Redirect:
        """Go on to another page, which says what has happened."""
        response = Redirect(path, status_code=303)
        if message:
            text = msgspec.json.encode({"kind": kind, "message": message}).decode()
            response.set_cookie(self.cookies.make(FLASH, self.signed(FLASH, text), 60))
        return response

    def keep_typed(self, request: AnyRequest, page: str, response: Redirect) -> None:
        """Have the browser keep what it has sent from a page, while the person confirms who they are."""
        if request.method == "POST":
            user = str(context_of(request).actor.user_id)
            draft = Draft.of(user, page, request.url.path, request.state.get("form"))
            value = self.signed(DRAFT, draft.text())
            if len(value) <= LONGEST_DRAFT:
                response.set_cookie(self.cookies.make(DRAFT, value, DRAFT_LIFETIME))

    def _draft(self, request: AnyRequest, context: RequestContext) -> Draft | None:
        """What the person has typed into this very page before they confirmed who they are."""
        text = self.signed_cookie(request, DRAFT) if request.method == "GET" else None
        if text is None:
            return None
        draft, query = read_draft(text), request.url.query
        here = f"{request.url.path}?{query}" if query else request.url.path
        return draft if draft.page == here and draft.user == str(context.actor.user_id) else None

    def _flash(self, request: AnyRequest) -> Any:
        text = self.signed_cookie(request, FLASH)
        return None if text is None else msgspec.json.decode(text)

    def signed(self, cookie: str, text: str) -> str:
        """What a cookie holds so that ``signed_cookie`` knows it for ours."""
        digest = keyed_digest(self._product.settings.secret_key, cookie, text)
        return f"{digest}.{quote(text, safe='')}"

    def signed_cookie(self, request: AnyRequest, cookie: str) -> str | None:
        """What we have written into a cookie; None where there is none, or somebody else wrote it."""
        digest, _, quoted = request.cookies.get(self.cookies.name(cookie), "").partition(".")
        text = unquote(quoted)
        if not digest or not same(digest, keyed_digest(self._product.settings.secret_key, cookie, text)):
            return None
        return text

    def _seed(self, request: AnyRequest, context: RequestContext) -> str:
        """What form tokens of this browser are made from: its session, or for visitors a cookie of their own."""
        if context.token:
            return context.token
        seed = request.cookies.get(self.cookies.name(VISITOR), "")
        if len(seed) == TOKEN_LENGTH:
            return seed
        kept = request.state.get("visitor_seed") or random_token()
        request.state["visitor_seed"] = kept
        return kept

    def _form_token(self, context: RequestContext, seed: str) -> str:
        return keyed_digest(self._product.settings.secret_key, f"form of {context.tenant.id}", seed)


def _problems(error: AppError) -> dict[str, str]:
    """What is wrong by field; raises the error where it is not about what was typed."""
    if isinstance(error, SignInRequired | Forbidden | NotFound | StepUpRequired):
        raise error
    return error.fields if isinstance(error, InvalidInput) else {}


def safe_path(path: str, default: str = "/") -> str:
    """A path of this site to go on to; anything that could lead elsewhere becomes the default."""
    if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path:
        return path
    return default
