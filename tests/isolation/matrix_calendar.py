"""Who may do what about calendars and introductions."""

from tests.isolation.matrix import Operation

QUERIES: list[Operation] = []
MUTATIONS: list[Operation] = []
