"""tmp"""
from datetime import date

from scanning.sample_post.model import *

POST = (
 PostFile("a.pdf", Container.PDF_SCANNED, (Letter("discharge_summary", date(2026,10,27), ("gwilym-parry",), particulars="The occupational therapist found the marmalade walking frame unsafe on the stairs at home.", sought=("marmalade walking frame",)),), look="coffee", blank_backs=True),
 PostFile("b.tif", Container.TIFF_G4, tuple(Letter("circular", date(2026,10,27)) for _ in range(2)), look="worn", separated=True, upside_down=frozenset({3})),
 PostFile("c.pdf", Container.PDF_MIXED, tuple(Letter("circular", date(2026,10,27)) for _ in range(2)), look="fax"),
 PostFile("d.png", Container.PNG, (Letter("circular", date(2026,10,27)),), look="faded"),
 PostFile("e.jpg", Container.JPEG, (Letter("circular", date(2026,10,27)),), look="photocopy"),
 PostFile("e.docx", Container.DOCX, (Letter("circular", date(2026,10,27)),)),
 PostFile("e.eml", Container.EML, (Letter("circular", date(2026,10,27)),), attachments=(PostFile("s.pdf", Container.PDF_SEARCHABLE, (Letter("discharge_summary", date(2026,10,27), ("gwilym-parry",)),), look="stamped"),)),
)
