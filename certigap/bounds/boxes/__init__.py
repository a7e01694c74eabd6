"""Branch and bound for the worst case over B_BC(eps) (THEORY 5): a tree of boxes, a proved bound on every leaf."""

from certigap.bounds.boxes.search import MAX_ENTRIES, BranchSearch, prepare_boxes
from certigap.bounds.boxes.tree import Cover, Leaf, Split, preorder

__all__ = ["MAX_ENTRIES", "BranchSearch", "Cover", "Leaf", "Split", "preorder", "prepare_boxes"]
