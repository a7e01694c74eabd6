"""All equilibria of small one-state games: known counts, degenerate games, three players, and the peers."""

import importlib
import os
import random
from fractions import Fraction
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from strategies import random_markov_game

from certigap.errors import InputError, LimitError, SolverError
from certigap.model.build import bimatrix, markov_game, normal_form
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics import gaps
from certigap.solve import equilibria, equilibria as find, solve
from certigap.solve import equilibria as _equilibria  # noqa: F401
from certigap.solve.float_lp import matrix_games
