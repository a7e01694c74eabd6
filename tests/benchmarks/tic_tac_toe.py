"""Tic-tac-toe as a Markov game of 5,478 states, from its rules: a game of realistic size for the speed benchmarks.

Players move in turns, so the one who waits has a single action. A move that completes a line pays 1 to the mover and
-1 to the other; finished boards are absorbing and pay nothing.
"""

from fractions import Fraction

from certigap.model.build import markov_game
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = ["game", "minimax", "uniform"]

_LINES = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]
_EMPTY = "." * 9
_WAIT = ("wait",)


def game(discount: str = "99/100") -> Game:
    """The game at a discount; states are boards of `x`, `o` and `.`, read by rows."""
    boards = _boards()
    return markov_game(
        players=("x", "o"),
        states=boards,
        actions={board: _actions(board) for board in boards},
        outcome=_outcome,
        discount=discount,
        initial={_EMPTY: 1},
        name="tic-tac-toe",
    )


def uniform(own: Game) -> Policy:
    """Every player's uniform policy."""
    return Policy.from_counts(own, [[[1] * len(state[i]) for state in own.actions] for i in range(2)])


def minimax(own: Game) -> Policy:
    """The first best move at every board, by backward induction at the game's discount: an equilibrium."""
    worth: dict[str, Fraction] = {}
    choice: dict[str, dict[str, str]] = {"x": {}, "o": {}}
    for board in sorted(own.states, key=lambda b: b.count("."), reverse=False):
        if _is_over(board):
            worth[board] = Fraction(0)
            continue
        mover = _mover(board)
        sign = 1 if mover == "x" else -1
        moves = {cell: _moved(board, int(cell)) for cell in _cells(board)}
        value = {cell: _payoff(after) + own.discount * worth[after] for cell, after in moves.items()}
        best = max(value, key=lambda cell: sign * value[cell])
        worth[board], choice[mover][board] = value[best], best
    return Policy.pure(own, choice)


def _boards() -> list[str]:
    seen, frontier = {_EMPTY: None}, [_EMPTY]
    while frontier:
        board = frontier.pop()
        if _is_over(board):
            continue
        for after in (_moved(board, int(cell)) for cell in _cells(board)):
            if after not in seen:
                seen[after] = None
                frontier.append(after)
    return list(seen)


def _actions(board: str) -> list[tuple[str, ...]]:
    if _is_over(board):
        return [_WAIT, _WAIT]
    return [_cells(board), _WAIT] if _mover(board) == "x" else [_WAIT, _cells(board)]


def _outcome(board: str, joint: tuple[str, str]) -> tuple[tuple[int, int], dict[str, int]]:
    cell = next((action for action in joint if action != "wait"), None)
    if cell is None:
        return (0, 0), {board: 1}
    after = _moved(board, int(cell))
    return (_payoff(after), -_payoff(after)), {after: 1}


def _cells(board: str) -> tuple[str, ...]:
    return tuple(str(cell) for cell, mark in enumerate(board) if mark == ".")


def _mover(board: str) -> str:
    return "x" if board.count("x") == board.count("o") else "o"


def _moved(board: str, cell: int) -> str:
    return board[:cell] + _mover(board) + board[cell + 1 :]


def _payoff(board: str) -> int:
    """1 if x has a line, -1 if o has one, else 0."""
    lines = {board[a] for a, b, c in _LINES if board[a] == board[b] == board[c]}
    return int("x" in lines) - int("o" in lines)


def _is_over(board: str) -> bool:
    return _payoff(board) != 0 or "." not in board
