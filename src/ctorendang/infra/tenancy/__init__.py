"""From a host name to a tenant."""
