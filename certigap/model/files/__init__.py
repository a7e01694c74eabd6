"""Game and policy files."""
