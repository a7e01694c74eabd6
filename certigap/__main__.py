"""`python -m certigap`: the command line."""

import sys

from certigap.cli import main

sys.exit(main())
