"""A statement: its words, hypotheses, what it uses, its verdict, and the evidence that the verdict follows from.

The verdict is declared and also derived from the evidence; a statement whose two verdicts differ is not proved.

    evidence against the printed form, and a repair     repaired
    evidence against the printed form alone             refuted
    a written proof, or an identity of any game         proved
    an identity of a family of games                    proved on the family
    anything else                                       checked on instances
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from certigap.audit.constants import Constant, Constants
from certigap.audit.evidence import Evidence, Identity, Role, Written

__all__ = ["Chapter", "Statement", "Verdict", "derived"]


class Verdict(StrEnum):
    """What the audit says."""

    PROVED = "proved"
    ON_FAMILY = "proved on the family"
    CHECKED = "checked on instances"
    REFUTED = "refuted"
    REPAIRED = "repaired"


class Chapter(StrEnum):
    """Where a statement comes from."""

    PAPER = "The paper"
    OURS = "What the paper does not have"
    ENGINE = "What the bounds rest on"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One file of `proofs/`.

    `claim` and `printed` are words in which `{name}` stands for a constant; `printed` is what the paper has where the
    claim is a repair of it, in our words.
    """

    id: str
    title: str
    chapter: Chapter
    source: str
    claim: str
    verdict: Verdict
    evidence: Sequence[Evidence]
    hypotheses: Sequence[str] = ()
    uses: Sequence[str] = ()
    constants: Mapping[str, Constant] = field(default_factory=dict)
    printed: str = ""

    def words(self, text: str) -> str:
        """A text of the statement with its constants written in."""
        return text.format_map({name: constant.text for name, constant in self.constants.items()})

    @property
    def read(self) -> Constants:
        """The constants, for evidence."""
        return Constants(self.constants)


def derived(evidence: Sequence[Evidence]) -> Verdict:
    """The verdict that the evidence carries."""
    roles = {item.role for item in evidence}
    if Role.AGAINST in roles:
        return Verdict.REPAIRED if Role.REPAIR in roles else Verdict.REFUTED
    if any(isinstance(item, Written) or (isinstance(item, Identity) and not item.on_family) for item in evidence):
        return Verdict.PROVED
    if any(isinstance(item, Identity) for item in evidence):
        return Verdict.ON_FAMILY
    return Verdict.CHECKED
