"""Float proposers: fast, never believed."""
