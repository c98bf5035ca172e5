"""OpenID Connect and OAuth 2: the protocols, and what they need of a connection."""
