"""Dominance of an expert in a Markov game: proven, refuted or undecided, player by player (THEORY 8)."""

from collections.abc import Mapping
from dataclasses import dataclass

from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.shown import Sheet, Shown
from certigap.questions.arguments import check_budget, check_policy, check_seed
from certigap.questions.dominance.answer import Verdict
from certigap.regions.dominant import DominantTree, prove, refute
from certigap.regions.engine import RegionEngine
from certigap.semantics.exploitability import GapAnswer, describe
from certigap.work.deadline import Deadline

__all__ = ["MarkovDominance", "markov_dominance"]

_QUICK = 1  # nodes: a proof without branching is tried before a refutation is searched
_MOST_NODES = 20_000


@dataclass(frozen=True, repr=False)
class MarkovDominance(Shown):
    """Per player: a tree that proves its rows dominant, or a policy against which it gains by deviating, or neither.

    `refutations[player]` holds the gaps of (the expert's rows of the player, a policy of the others): its own is above
    0, and its `deviations` attain it.
    """

    game: Game
    expert: Policy
    proofs: Mapping[str, DominantTree]
    refutations: Mapping[str, GapAnswer]
    complete: bool
    seconds: float

    @property
    def dominant(self) -> tuple[Verdict, ...]:
        """`[n]` verdicts."""
        return tuple(
            "proven" if player in self.proofs else "refuted" if player in self.refutations else "undecided"
            for player in self.game.players
        )

    def sheet(self) -> Sheet:
        """A player a row; the gain is the one that refutes dominance."""
        found = [self.refutations.get(player) for player in self.game.players]
        gains = [None if own is None else own.player_gaps[i] for i, own in enumerate(found)]
        return Sheet(("player", "dominant", "gain"), list(zip(self.game.players, self.dominant, gains, strict=True)))

    def _line(self) -> str:
        words = []
        for i, (player, verdict) in enumerate(zip(self.game.players, self.dominant, strict=True)):
            found = self.refutations.get(player)
            gain = "" if found is None else f", gains {describe(found.player_gaps[i])}"
            words.append(f"{player} {verdict}{gain}")
        return f"<MarkovDominance {'; '.join(words)}>"


def markov_dominance(
    game: Game, expert: Policy, *, budget: float | None = None, max_nodes: int = _MOST_NODES, seed: int = 0
) -> MarkovDominance:
    """Whether each player's part of the expert is a best response to every policy of the others.

    Args:
        game: any game.
        expert: a policy of it.
        budget: seconds; None: as long as it takes, at most `max_nodes` boxes a player.
        max_nodes: boxes of a player's branching.
        seed: of the search for refutations.

    Returns:
        Verdicts with their evidence; "undecided" where the limits came first.

    Raises:
        InputError: an expert of another game, a negative budget.

    Source:
        Bergerault, Cevher, Mehr (arXiv 2602.21020), Definition 8; THEORY 8.

    >>> import certigap as cg
    >>> markov_dominance(cg.games.load("sharpness"), cg.games.expert("sharpness"))
    <MarkovDominance 1 proven; 2 proven>
    """
    check_policy(game, expert)
    check_budget(budget)
    check_seed(seed)
    deadline, engine = Deadline(budget), RegionEngine(game)
    proofs: dict[str, DominantTree] = {}
    refutations: dict[str, GapAnswer] = {}
    for i, player in enumerate(game.players):
        share = deadline.share(1 / (len(game.players) - i))
        tree = prove(engine, expert, i, share, _QUICK)
        if tree is None:
            found = refute(game, expert, i, share.share(1 / 2), seed)
            if found is not None:
                refutations[player] = found
                continue
            tree = prove(engine, expert, i, share, max_nodes)
        if tree is not None:
            proofs[player] = tree
    decided = len(proofs) + len(refutations) == len(game.players)
    return MarkovDominance(game, expert, proofs, refutations, decided, deadline.spent)
