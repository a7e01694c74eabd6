"""The page of a certificate: one file that a browser shows without any network, in light and dark, and prints.

Everything on it is either what the checker accepted, or is marked as a reading in floats or as the writer's own words.
"""

from certigap.report.page.claim import Checked, checked
from certigap.report.page.document import report_page

__all__ = ["Checked", "checked", "report_page"]
