"""What the addresses of providers have in common, whatever they speak."""

import re

HOST = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|[0-9A-Za-z._-]+)(?::[0-9]{1,5})?")
"""Host and port: no user, and nothing that would mean something in a header, where the address ends up as well."""
