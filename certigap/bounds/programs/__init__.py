"""The joint-occupancy programs and their multipliers."""
