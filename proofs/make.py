"""Writes what is written from the statements: missing certificates (`--again`: all of them), and INDEX.md.

python proofs/make.py [--again]
"""

import sys

from certigap.audit import Certified, load_statements, proofs_folder
from certigap.audit.index import index_text


def main() -> None:
    """Certificates, then the index."""
    statements = load_statements()
    for statement in statements.values():
        for evidence in statement.evidence:
            if isinstance(evidence, Certified) and ("--again" in sys.argv or not evidence.path.exists()):
                print(evidence.write())
    index = proofs_folder() / "INDEX.md"
    index.write_text(index_text(statements), encoding="utf-8")
    print(index)


if __name__ == "__main__":
    main()
