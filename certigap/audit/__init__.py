"""The audit: statements with their evidence, run again by anyone (`certigap prove`); the statements: `proofs/`."""

from certigap.audit.certified import Certified, Says
from certigap.audit.constants import Constant, Constants, exactly, least, most, quoted, roomy
from certigap.audit.draws import Draw
from certigap.audit.evidence import Computed, Evidence, Identity, Property, Refuted, Role, Written, require
from certigap.audit.folder import load_statement, load_statements, proofs_folder
from certigap.audit.prove import Proven, Shown, prove
from certigap.audit.statement import Chapter, Statement, Verdict

__all__ = [
    "Certified",
    "Chapter",
    "Computed",
    "Constant",
    "Constants",
    "Draw",
    "Evidence",
    "Identity",
    "Property",
    "Proven",
    "Refuted",
    "Role",
    "Says",
    "Shown",
    "Statement",
    "Verdict",
    "Written",
    "exactly",
    "least",
    "load_statement",
    "load_statements",
    "most",
    "proofs_folder",
    "prove",
    "quoted",
    "require",
    "roomy",
]
