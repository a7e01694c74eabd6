"""All mutants of the checker's modules."""

from tests.helpers.checker.mutants_balls import MUTANTS as BALLS
from tests.helpers.checker.mutants_best_case import MUTANTS as BEST
from tests.helpers.checker.mutants_claims import MUTANTS as CLAIMS
from tests.helpers.checker.mutants_kernel import MUTANTS as KERNEL
from tests.helpers.checker.mutants_linear import MUTANTS as LINEAR
from tests.helpers.checker.mutants_modes import MUTANTS as MODES
from tests.helpers.checker.mutants_reading import MUTANTS as READING
from tests.helpers.checker.mutants_search import MUTANTS as SEARCH
from tests.helpers.checker.mutants_stage import MUTANTS as STAGE
from tests.helpers.checker.mutants_theorems import MUTANTS as THEOREMS
from tests.helpers.checker.mutants_tilted import MUTANTS as TILTED

MUTANTS = (*KERNEL, *LINEAR, *MODES, *CLAIMS, *THEOREMS, *BALLS, *SEARCH, *BEST, *READING, *STAGE, *TILTED)
