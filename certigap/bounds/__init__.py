"""Named upper bounds of the worst case, each with its proof."""
