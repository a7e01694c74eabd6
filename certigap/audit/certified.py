"""Evidence by certificate: a file of `proofs/certificates/`, judged by the trusted checker in a process of its own.

Three things are held: the certificate is about the game that the statement means (its hash), it claims what the
statement says, and the checker accepts it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar, Literal

from certigap.audit.constants import Constants
from certigap.audit.evidence import Evidence, Setting, require
from certigap.audit.folder import proofs_folder
from certigap.certificates.claims import certificate
from certigap.certificates.read import read_certificate
from certigap.certificates.verify import verify_files
from certigap.exact.rational import format_rational, parse_rational
from certigap.model.files.codec import write_game
from certigap.model.finite import FiniteGame, read_any_game, write_finite_game
from certigap.model.game import Game

__all__ = ["Certified", "Says"]

Relation = Literal["=", "<=", ">="]


@dataclass(frozen=True)
class Says:
    """`place` of the claim, such as "delta_max/1", stands in a relation to a constant at some names.

    An interval is `=` a number when both its ends are, `<=` it when its upper end is, `>=` it when its lower end is.
    """

    place: str
    relation: Relation
    constant: str
    at: Mapping[str, Fraction] = field(default_factory=dict)

    def check(self, claim: Mapping[str, Any], constants: Constants) -> None:
        """`Refuted` unless the claim says so."""
        found: Any = claim
        for part in self.place.split("/"):
            found = found[int(part)] if isinstance(found, list) else found[part]
        lower, upper = ends(found)
        wanted = constants(self.constant, **self.at)
        holds = {
            "=": lower == upper == wanted,
            "<=": upper is not None and upper <= wanted,
            ">=": lower is not None and lower >= wanted,
        }[self.relation]
        text = f"{constants.text(self.constant)} = {format_rational(wanted)}"
        require(holds, f"{self.place}: expected {self.relation} {text}, got {found}")


def ends(found: Any) -> tuple[Fraction | None, Fraction | None]:
    """The ends of a quantity of a claim, `None` where unknown."""
    if isinstance(found, str):
        return parse_rational(found), parse_rational(found)
    lower, upper = (found.get(name) for name in ("lower", "upper"))
    return (None if lower is None else parse_rational(lower), None if upper is None else parse_rational(upper))


@dataclass(frozen=True, kw_only=True)
class Certified(Evidence):
    """`file`.cert.json beside a game file of its hash; `make` computes the answer that it was written from."""

    kind: ClassVar[str] = "exact certificate"
    file: str
    claims: tuple[Says, ...]
    claim_kind: str
    game: Callable[[], Game | FiniteGame]
    make: Callable[[], Any] = field(repr=False)

    @property
    def path(self) -> Path:
        """The certificate."""
        return proofs_folder() / "certificates" / f"{self.file}.cert.json"

    @property
    def game_path(self) -> Path:
        """The game's file: named by the first word of the certificate's."""
        return self.path.with_name(f"{self.file.partition('.')[0]}.game.json")

    def run(self, setting: Setting) -> str:
        self.check_claim(setting.constants)
        verdict = verify_files(self.game_path, [self.path])[0]
        require(verdict.is_valid, f"{self.path.name}: the checker says {verdict}")
        return self.path.name

    def check_claim(self, constants: Constants) -> None:
        """That the certificate is of this game and says what the statement says; not that it is valid."""
        content = read_certificate(self.path)
        digest = self.game().digest
        require(content["game"] == digest, f"{self.path.name}: expected the game {digest}, got {content['game']}")
        require(read_any_game(self.game_path).digest == digest, f"{self.game_path.name}: expected the game {digest}")
        kind = content["claim"]["kind"]
        require(kind == self.claim_kind, f"{self.path.name}: expected a claim {self.claim_kind}, got {kind}")
        for says in self.claims:
            says.check(content["claim"], constants)

    def write(self) -> Path:
        """Compute the answer and write game and certificate."""
        self.path.parent.mkdir(exist_ok=True)
        game = self.game()
        if isinstance(game, FiniteGame):
            write_finite_game(game, self.game_path)
        else:
            write_game(game, self.game_path)
        found = self.make()
        answer, kind = found if isinstance(found, tuple) else (found, None)
        certificate(answer, kind).write(self.path)
        return self.path
