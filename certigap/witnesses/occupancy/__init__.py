"""Witnesses in the balls of eps_rho and eps_mu."""
