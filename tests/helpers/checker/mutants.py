"""Every check of the checker, weakened: a snippet of its source, another in its place, how the case is made.

A snippet must occur exactly once in all of its modules, so that the tables cannot rot. `made` is "FAMILY GAME" for
`making.candidates`: the first candidate that the mutant accepts and the checker refuses becomes
`reject/GAME.NAME.json`; or "FILE" in malformed/, which the mutant no longer calls malformed.

Some conditions have no killing case with a false claim, because they can only cost the prover, or repeat another:
- emptiness of a leaf that is a single point, `sum lower = 1` or `lower = upper`: its neighbour in the tree holds it;
- the clip of the centre to the box, and the room left by the box: without them a row set only grows, or nothing ends;
- `max(0, ..)` of an upper gap, of a reach and of an upper occupancy: checked vectors are at least 0 there;
- a cut outside the box, nodes after the end of the tree, two kinds in one node, negative places in the pool, a longer
  vector, a bracket's sides exchanged, a radius above 2: each would be read in one sound way;
- at least one state: probabilities that sum to 1 need one; the hash and the end mark: else the claim names no game.
- states that nobody reaches, or that the count of steps misses: nothing is visited there, or the fee is smaller;
- at which of the other actions mass is taken first, when all of the row may move anyway;
- the order of the two nestings, and which player's gain bounds a box from below: each is a bound;
- infinitely many equilibria: only where the extreme ones are farther than those between them could a claim be false;
- which tree goes with which equilibrium: every tree covers all profiles, and its leaves are checked for each;
- in the search over vertices, nodes where less than nothing or more than all is left, the order of the donors, a
  receiver among them, a donor both partial and emptied, twice the mass to move, a limit without its denominators.
They are refused all the same, and have cases in malformed/ or in reject/ (where `WHY.json` names no refutation).
"""

from dataclasses import dataclass

__all__ = ["Mutant", "mutated"]


@dataclass(frozen=True, slots=True)
class Mutant:
    """`old` -> `new` in the checker's source."""

    name: str
    old: str
    new: str
    made: str

    @property
    def case(self) -> str:
        """The killing case, relative to this folder."""
        if self.made.endswith(".json"):
            return f"malformed/{self.made}"
        return f"reject/{self.made.split()[1]}.{self.name}.json"


def mutated(source: dict[str, str], mutant: Mutant) -> dict[str, str]:
    """The sources, by module, with one snippet replaced; it must occur once in all of them."""
    count = sum(text.count(mutant.old) for text in source.values())
    if count != 1:
        raise ValueError(f"mutant {mutant.name}: expected its snippet once in the checker, got it {count} times")
    return {name: text.replace(mutant.old, mutant.new) for name, text in source.items()}
