"""E-mail domains as text: how they are written, and which can never be one organisation's."""

import re

from ctorendang.infra.validation import Fields

RECORD_PREFIX = "_sso-challenge"
VALUE_PREFIX = "sso-verification="

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{4,253}}$)(?:{_LABEL}\.)+(?=[a-z0-9-]*[a-z]){_LABEL}")

# Whoever could prove one of these would speak for the mailboxes of strangers.
PUBLIC_MAIL_PROVIDERS = frozenset(
    """
    126.com 139.com 163.com aim.com aol.com bluewin.ch bt.com btinternet.com comcast.net cox.net daum.net duck.com
    eclipso.de email.com fastmail.com fastmail.fm free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net
    googlemail.com hanmail.net hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it
    hushmail.com icloud.com inbox.com interia.pl keemail.me laposte.net libero.it live.co.uk live.com live.de live.fr
    live.nl mac.com mail.com mail.de mail.ru mailbox.org mailfence.com mailinator.com me.com msn.com naver.com o2.pl
    onet.pl online.de onmicrosoft.com orange.fr outlook.com outlook.de outlook.es outlook.fr pm.me posteo.de
    posteo.net proton.me protonmail.ch protonmail.com qq.com rambler.ru rediffmail.com rocketmail.com runbox.com
    sbcglobal.net seznam.cz sfr.fr sina.com sky.com startmail.com t-online.de talktalk.net tiscali.it tuta.com
    tutamail.com tutanota.com tutanota.de uol.com.br verizon.net virgilio.it virginmedia.com wanadoo.fr web.de wp.pl
    yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.br yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com
    yandex.ru yeah.net ymail.com zoho.com zohomail.com
    """.split()  # noqa: SIM905 - a list of this length is read in columns
)


def check_domain(fields: Fields, name: str, typed: str) -> str:
    """A domain in lower case, in the form that DNS knows (IDNA); problems are noted in ``fields``."""
    text = fields.text(name, typed, most=253).lower().rstrip(".").removeprefix("@")
    if not text:
        return ""
    try:
        domain = text.encode("idna").decode()
    except UnicodeError:
        domain = ""
    if not _DOMAIN.fullmatch(domain):
        fields.refuse(name, "Use the part of your addresses behind the @, such as example.com.")
    elif any(domain == each or domain.endswith(f".{each}") for each in PUBLIC_MAIL_PROVIDERS):
        fields.refuse(name, "Anybody can have an address there. Use a domain that belongs to your organisation alone.")
    else:
        return domain
    return ""


def domain_of(email: str) -> str:
    """The part of an address behind the @ as DNS knows it, empty for what is no address."""
    typed = email.strip().lower()[-254:].rpartition("@")
    if not typed[0]:
        return ""
    try:
        domain = typed[2].encode("idna").decode()
    except UnicodeError:
        return ""
    return domain if _DOMAIN.fullmatch(domain) else ""


def record_name(domain: str) -> str:
    """Where in DNS the proof stands."""
    return f"{RECORD_PREFIX}.{domain}"


def record_value(token: str) -> str:
    """What the proof says."""
    return VALUE_PREFIX + token
