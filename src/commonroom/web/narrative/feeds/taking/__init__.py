"""Everything that a school owns, to take away as files."""

from commonroom.web.narrative.feeds.taking.about import Parcel
from commonroom.web.narrative.feeds.taking.archive import archive
from commonroom.web.narrative.feeds.taking.workbook import workbook

__all__ = ["Parcel", "archive", "workbook"]
