"""Opening encrypted assertions (saml-core-2.0 section 2.3.4, xmlenc-core1)."""

from copy import deepcopy

import xmlsec
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from ctorendang.domains.sso.saml.settings import KeyPair
from ctorendang.domains.sso.saml.xml import DS, SAML, Element, NotReadable, find, parse, serialise

_DATA_METHODS = frozenset(
    {
        *(f"http://www.w3.org/2001/04/xmlenc#aes{bits}-cbc" for bits in (128, 192, 256)),
        *(f"http://www.w3.org/2009/xmlenc11#aes{bits}-gcm" for bits in (128, 192, 256)),
    }
)
# Not RSA 1.5, whose padding tells too much about what is inside (Bleichenbacher).
_KEY_METHODS = frozenset(
    {"http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p", "http://www.w3.org/2009/xmlenc11#rsa-oaep"}
)
_ASSERTION = f"{{{SAML}}}Assertion"


def decrypt_assertion(root: Element, keys: tuple[KeyPair, ...]) -> Element:
    """The one encrypted assertion of a response, opened by whichever of our keys opens it.

    It is a document of its own: put back into the response, its prefixes would be made to fit there, and so would no
    longer be those that were signed.

    Raises:
        NotReadable: none does, or it is encrypted in a way that is not safe.
    """
    encrypted = find(root, "/samlp:Response/saml:EncryptedAssertion")[0]
    _require_safe(encrypted)
    for pair in keys:
        opened = deepcopy(root)
        try:
            found = _open(find(opened, "/samlp:Response/saml:EncryptedAssertion")[0], pair)
        except xmlsec.Error:
            continue
        # Written and read again: what was inside has passed no check yet.
        return parse(serialise(found))
    raise NotReadable("none of our keys opens it")


def _require_safe(encrypted: Element) -> None:
    if len(find(encrypted, "./xenc:EncryptedData")) != 1:
        raise NotReadable("there is no EncryptedData in it")
    if find(encrypted, ".//xenc:CipherReference") or any(
        not node.get("URI", "#").startswith("#") for node in encrypted.iter()
    ):
        raise NotReadable("it refers to another address")
    for path, good in (("EncryptedData", _DATA_METHODS), ("EncryptedKey", _KEY_METHODS)):
        for node in find(encrypted, f".//xenc:{path}"):
            methods = [method.get("Algorithm") for method in find(node, "./xenc:EncryptionMethod")]
            if len(methods) != 1 or methods[0] not in good:
                raise NotReadable(f"it is encrypted by {', '.join(map(str, methods)) or 'nothing that it names'}")


def _open(encrypted: Element, pair: KeyPair) -> Element:
    """What is inside.

    Raises:
        xmlsec.Error: the key does not fit.
        NotReadable: something else is inside.
    """
    data = find(encrypted, "./xenc:EncryptedData")[0]
    information = find(data, "./ds:KeyInfo")
    if not information:
        information = [etree.Element(f"{{{DS}}}KeyInfo")]
        data.insert(1, information[0])
    # Some providers put the key beside the data instead of inside.
    for key in find(encrypted, "./xenc:EncryptedKey"):
        information[0].append(key)
    opened = OneLogin_Saml2_Utils.decrypt_element(data, pair.private_key, inplace=True)
    if getattr(opened, "tag", None) != _ASSERTION:
        raise NotReadable("there is no assertion in it")
    return opened
