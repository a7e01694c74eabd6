"""Branch and bound for the worst case over B_BC(eps) (THEORY 5): a tree of boxes, a proved bound on every leaf."""

from certigap.questions.branch.search import MAX_ENTRIES, BranchSearch
from certigap.questions.branch.tree import Cover, Leaf, Split, preorder

__all__ = ["MAX_ENTRIES", "BranchSearch", "Cover", "Leaf", "Split", "preorder"]
