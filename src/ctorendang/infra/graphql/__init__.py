"""The GraphQL endpoint and the executor that pages share."""
