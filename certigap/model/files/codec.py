"""Game and policy files: what they say, how they are written, and the hash of a game (FORMAT 1 to 4).

The normalised form has every rational in lowest terms and no entry of probability zero; a policy of a Markov game also
leaves out the states where the player has one action. Whatever is written here is in that form.
"""

from certigap.model.files.game_codec import (
    game_digest,
    game_from_node,
    game_to_json,
    parse_game,
    read_game,
    write_game,
)
from certigap.model.files.policy_codec import (
    parse_policy,
    policy_from_node,
    policy_rows_from_node,
    policy_rows_to_json,
    policy_to_json,
    read_policy,
    write_policy,
)

__all__ = [
    "game_digest",
    "game_from_node",
    "game_to_json",
    "parse_game",
    "parse_policy",
    "policy_from_node",
    "policy_rows_from_node",
    "policy_rows_to_json",
    "policy_to_json",
    "read_game",
    "read_policy",
    "write_game",
    "write_policy",
]
