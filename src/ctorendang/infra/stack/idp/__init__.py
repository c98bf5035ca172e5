"""The demo identity provider: signs made-up people on at tenants of this machine, by SAML 2.0 and OpenID Connect.

It asks for no password, so it answers to ``*.localhost`` alone and is started only in development.
"""
