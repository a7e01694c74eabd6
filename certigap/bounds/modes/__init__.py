"""Upper ends for many states by priced coupled modes (THEORY, priced coupled modes)."""
