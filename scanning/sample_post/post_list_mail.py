"""E-mails with their attachments, circulars and other papers about nobody in particular."""

from datetime import date

from scanning.sample_post.model import Container, Letter, PostFile

MAIL = (
    PostFile(
        "Discharge papers for GP and council.eml",
        Container.EML,
        (
            Letter(
                "cover_mail",
                date(2026, 10, 30),
                ("olufemi-adeyemi",),
                ("name", "nhs_number", "reference"),
                particulars="The marzipan order for the ward party is nothing to do with you; "
                "please ignore the third line of the fax.",
                sought=("marzipan ward party",),
            ),
        ),
        attachments=(
            PostFile(
                "Discharge summary.pdf",
                Container.PDF_SCANNED,
                (
                    Letter(
                        "discharge_summary",
                        date(2026, 10, 29),
                        ("olufemi-adeyemi",),
                        particulars="Shrapnel in the left shoulder, from long ago, was seen on "
                        "the film.",
                        sought=("shrapnel shoulder",),
                    ),
                ),
                look="scan",
            ),
            PostFile(
                "Clinic letter.docx",
                Container.DOCX,
                (
                    Letter(
                        "clinic_letter",
                        date(2026, 10, 1),
                        ("olufemi-adeyemi",),
                        ("name", "date_of_birth", "nhs_number"),
                        particulars="The handwriting has become small, like a watchmaker's.",
                        sought=("handwriting watchmaker",),
                    ),
                ),
            ),
        ),
    ),
    PostFile(
        "Photographs of the flat.eml",
        Container.EML,
        (
            Letter(
                "housing_mail",
                date(2026, 10, 28),
                ("yusuf-warsame",),
                ("name", "address"),
                particulars="The landing is blocked by a rowing machine.",
            ),
        ),
        attachments=(
            PostFile(
                "IMG_2041.jpg",
                Container.JPEG,
                (
                    Letter(
                        "housing_letter",
                        date(2026, 10, 28),
                        ("yusuf-warsame",),
                        ("name", "address"),
                        particulars="A hedgehog was found asleep in the airing cupboard.",
                        sought=("hedgehog airing cupboard",),
                    ),
                ),
                look="colour",
            ),
        ),
    ),
    PostFile(
        "Fwd remittance and vaccination circular.eml",
        Container.EML,
        (Letter("general_mail", date(2026, 10, 27), shows=()),),
        attachments=(
            PostFile(
                "Remittance.pdf",
                Container.PDF_DIGITAL,
                (
                    Letter(
                        "remittance",
                        date(2026, 10, 27),
                        shows=(),
                        particulars="The late fee for the dormouse survey was paid in error.",
                        sought=("dormouse survey",),
                    ),
                ),
            ),
        ),
    ),
    PostFile(
        "Winter vaccination circular.docx",
        Container.DOCX,
        (
            Letter(
                "circular",
                date(2026, 10, 23),
                shows=(),
                particulars="Lollipops will be given out, whatever your age.",
                sought=("lollipops",),
            ),
        ),
    ),
    PostFile(
        "scan_0041.pdf",
        Container.PDF_SCANNED,
        (
            Letter(
                "subject_access",
                date(2026, 10, 26),
                ("niamh-tierney",),
                ("name", "date_of_birth", "reference"),
                particulars="There was once a cardboard suitcase of photographs in the office.",
                sought=("cardboard suitcase",),
            ),
        ),
        look="colour",
        blank_backs=True,
    ),
    PostFile(
        "scan_0042.tif",
        Container.TIFF_G4,
        (
            Letter(
                "complaint",
                date(2026, 10, 30),
                ("farah-siddiqui",),
                ("name", "reference"),
                particulars="You also told me about the night of the burst cistern, when nobody "
                "answered.",
                sought=("burst cistern",),
            ),
        ),
        look="scan",
        blank_backs=True,
    ),
    PostFile(
        "scan_0043.jpg",
        Container.JPEG,
        (
            Letter(
                "consent_form",
                date(2026, 10, 13),
                ("bridie-tierney",),
                ("name", "date_of_birth"),
                particulars="I would like letters in a plain envelope, marked with a snowdrop.",
                sought=("envelope snowdrop",),
            ),
        ),
        look="scan",
    ),
    PostFile(
        "scan_0044.pdf",
        Container.PDF_SCANNED,
        (
            Letter(
                "clinic_letter",
                date(2026, 10, 20),
                ("tomasz-nowakowski-father",),
                ("name", "date_of_birth", "nhs_number", "address"),
                particulars="He brought a walking stick carved as a heron.",
                sought=("stick carved heron",),
            ),
        ),
        look="faded",
        blank_backs=True,
    ),
    PostFile(
        "scan_0045.tif",
        Container.TIFF_G4,
        (
            Letter(
                "circular",
                date(2026, 10, 16),
                shows=(),
                particulars="Parking at the ropeworks is free on clinic days.",
                sought=("parking ropeworks",),
            ),
        ),
        look="fax",
        upside_down=frozenset({1}),
    ),
)
