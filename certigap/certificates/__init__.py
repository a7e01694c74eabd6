"""Claims and their proofs as files, and the call of the trusted checker."""

from certigap.certificates.certificate import Certificate
from certigap.certificates.claims import certificate, kinds
from certigap.certificates.verify import Verdict, verify, verify_files

__all__ = ["Certificate", "Verdict", "certificate", "kinds", "verify", "verify_files"]
