"""SAML 2.0: the protocol, and what it needs of a connection."""
