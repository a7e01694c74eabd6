"""Questions about games of finite horizon (THEORY 14)."""
