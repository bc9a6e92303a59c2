"""More single letters about children and young people, the awkward ones among them: siblings in
one report, a name and nothing else, a date of birth that disagrees, a child who is no client.
"""

from datetime import date

from scanning.sample_post.model import Container, Letter, PostFile

YOUNG_PEOPLE = (
    PostFile(
        "scan_0010.pdf",
        Container.PDF_SCANNED,
        (
            Letter(
                "attendance_letter",
                date(2026, 10, 21),
                ("riya-patel", "arjun-patel"),
                ("name", "date_of_birth"),
                particulars="The elder of the two collects the younger from the infants' gate and "
                "has been late for registration because of it.",
                sought=("infants gate registration",),
            ),
        ),
        look="coffee",
    ),
    PostFile(
        "scan_0011.tif",
        Container.TIFF_G4,
        (
            Letter(
                "return_interview",
                date(2026, 10, 26),
                ("jayden-grant",),
                ("name", "nhs_number", "reference"),
                particulars="A bus ticket and a loyalty card from a tattoo parlour were found in "
                "the coat.",
                sought=("tattoo parlour",),
            ),
        ),
        look="photocopy",
        upside_down=frozenset({1}),
    ),
    PostFile(
        "scan_0012.jpg",
        Container.JPEG,
        (
            Letter(
                "body_map",
                date(2026, 10, 27),
                ("andrei-popescu",),
                ("name", "date_of_birth", "nhs_number"),
                particulars="A healed graze on the chin was said to come from a trampoline.",
                sought=("trampoline",),
            ),
        ),
        look="colour",
    ),
    PostFile(
        "Adroddiad ysgol.pdf",
        Container.PDF_SCANNED,
        (
            Letter(
                "ysgol_report",
                date(2026, 10, 13),
                ("ifan-gethin",),
                particulars="The harp was carried home for the half-term eisteddfod and came back "
                "in tune.",
                sought=("harp eisteddfod",),
            ),
        ),
        look="scan",
    ),
    PostFile(
        "scan_0013.pdf",
        Container.PDF_SCANNED,
        (
            Letter(
                "sdq",
                date(2026, 10, 9),
                ("amelia-thistlewood",),
                ("name", "date_of_birth", "reference"),
                printed_wrong={"date_of_birth": "30 July 2020"},
                particulars="The carer wrote in the margin that a weighted blanket has helped.",
            ),
        ),
        look="faded",
    ),
    PostFile(
        "scan_0014.tif",
        Container.TIFF_G4,
        (
            Letter(
                "gp_child",
                date(2026, 10, 8),
                ("riya-patel",),
                ("name",),
                particulars="A referral to the audiology clinic was made in March.",
            ),
        ),
        look="fax",
    ),
    PostFile(
        "scan_0015.pdf",
        Container.PDF_SCANNED,
        (
            Letter(
                "strategy_discussion",
                date(2026, 10, 29),
                ("stranger-2",),
                particulars="The family moved from another county on the Saturday before and the "
                "records have been asked for.",
            ),
        ),
        look="scan",
    ),
)
