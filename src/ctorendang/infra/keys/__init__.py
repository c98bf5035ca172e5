"""The keys that secrets at rest are sealed with: one a tenant, wrapped by a master key of the environment."""
