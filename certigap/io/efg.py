r"""Gambit's `.efg` text as a game tree, read exactly and without Gambit.

    EFG 2 R "title" { "player" .. } "comment"
    c "node" number "name" { "action" probability .. } outcome
    p "node" player number "name" { "action" .. } outcome
    t "node" outcome

Nodes come in prefix order. `number` names an information set of the player, or a draw; its name and actions may be left
out after the first time. `outcome` is a number, 0 for none, followed by a name and `{ payoffs }` the first time. Names
of nodes, information sets and outcomes say nothing: they may repeat, be empty, or hold any character. What is said
twice must be said alike, but for names.

Source: the Gambit documentation, "The extensive game (.efg) file format".
"""

from fractions import Fraction

from certigap.io.gambit_text import Words
from certigap.io.tree import CHANCE, Move, Tree
from certigap.model.files.json_node import brief

__all__ = ["parse_efg"]


def parse_efg(text: str, where: str = "efg") -> Tree:
    """The tree that the text of an `.efg` file writes.

    Raises:
        InputError: text that is no `.efg` file; the message names the line.

    >>> parse_efg('EFG 2 R "coin" { "A" } p "" 1 1 "" { "l" "r" } 0 t "" 1 "" { 1 } t "" 2 "" { 1/2 }').payoffs
    [None, (Fraction(1, 1),), (Fraction(1, 2),)]
    """
    words = Words(text, where)
    for expected in (("EFG",), ("2",), ("R", "D")):
        words.one_of(expected, "the header 'EFG 2 R'")
    title = words.string("a title")
    players = words.strings()
    if words.is_text():
        words.string("a comment")
    return _Reader(words, len(players)).tree(title, tuple(players))


class _Reader:
    """The nodes of one text, each placed below the first node that still lacks a child."""

    def __init__(self, words: Words, players: int) -> None:
        self.words = words
        self.players = players
        self.moves: list[Move] = []
        self.numbers: dict[tuple[int, int], int] = {}
        """`(player, number in the file)` -> which move."""
        self.began = 0
        """Where the node at hand stands in the text."""
        self.outcomes: dict[int, tuple[Fraction, ...]] = {}
        self.parents: list[int] = []
        self.choices: list[int] = []
        self.at: list[int] = []
        self.payoffs: list[tuple[Fraction, ...] | None] = []

    def tree(self, title: str, players: tuple[str, ...]) -> Tree:
        open_nodes = [(-1, -1)]
        while open_nodes:
            above, choice = open_nodes.pop()
            node = len(self.parents)
            self.parents.append(above)
            self.choices.append(choice)
            self.node()
            if self.at[node] >= 0:
                count = len(self.moves[self.at[node]].actions)
                open_nodes.extend((node, action) for action in reversed(range(count)))
        if self.words.left:
            self.words.fail("the end after the last node of the tree")
        return Tree(title, players, tuple(self.moves), self.parents, self.choices, self.at, self.payoffs)

    def node(self) -> None:
        self.began = self.words.place()
        kind = self.words.one_of(("c", "p", "t"), "a node: c, p or t")
        if self.words.is_text():
            self.words.skip()
        if kind == "t":
            self.at.append(-1)
        else:
            player = CHANCE if kind == "c" else self.words.natural("a player's number", 1, self.players) - 1
            self.at.append(self.move(player))
        self.payoffs.append(self.outcome())

    def move(self, player: int) -> int:
        number = self.words.natural("the number of an information set" if player >= 0 else "the number of a draw")
        if self.words.is_text():
            self.words.skip()
        known = self.numbers.get((player, number))
        if self.words.peek() != "{":
            if known is None:
                self.words.fail(f"the actions of {_called(player, number)}, which no line before has")
            return known
        move = self.actions(player)
        if known is None:
            self.numbers[player, number] = known = len(self.moves)
            self.moves.append(move)
        elif (len(move.actions), move.probabilities) != self.offer(known):
            what = "as many actions" if player >= 0 else "the same probabilities"
            self.words.refuse(self.began, f"{what} for {_called(player, number)} as before", "others")
        return known

    def offer(self, move: int) -> tuple[int, tuple[Fraction, ...]]:
        """What a line that gives a move again must repeat."""
        return len(self.moves[move].actions), self.moves[move].probabilities

    def actions(self, player: int) -> Move:
        self.words.mark("{", "the actions")
        labels: list[str] = []
        probabilities: list[Fraction] = []
        while self.words.peek() != "}" or not labels:
            labels.append(self.words.string("an action"))
            if player == CHANCE:
                probabilities.append(self.words.number("a probability"))
        if player == CHANCE and (min(probabilities) < 0 or sum(probabilities) != 1):
            total = f"the sum {brief(sum(probabilities))}" if min(probabilities) >= 0 else "one below"
            self.words.refuse(self.began, "probabilities >= 0 that sum to 1", total)
        self.words.skip()
        return Move(player, tuple(labels), tuple(probabilities))

    def outcome(self) -> tuple[Fraction, ...] | None:
        number = self.words.natural("an outcome's number")
        if self.words.is_text():
            self.words.skip()
        if self.words.peek() != "{":
            if number and number not in self.outcomes:
                self.words.fail(f"the payoffs of outcome {number}, which no line before has")
            return self.outcomes[number] if number else None
        self.words.skip()
        payoffs = tuple(self.words.number() for _ in range(self.players))
        self.words.mark("}", f"the end of an outcome of {self.players} payoffs")
        if number and self.outcomes.setdefault(number, payoffs) != payoffs:
            self.words.refuse(self.began, f"the payoffs of outcome {number} as before", "others")
        return payoffs


def _called(player: int, number: int) -> str:
    return f"draw {number}" if player == CHANCE else f"information set {number} of player {player + 1}"
