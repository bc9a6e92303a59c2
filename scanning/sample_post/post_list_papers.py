"""Single letters about an adult's money, home, death or claim, among them a date of birth that
disagrees, a bank statement with a name and no number, and a person who is no client.
"""

from datetime import date

from scanning.sample_post.model import Container, Letter, PostFile

PAPERS = (
    PostFile(
        "scan_0028.pdf",
        Container.PDF_SCANNED,
        (
            Letter(
                "coroner_letter",
                date(2026, 10, 9),
                ("patrick-keane",),
                ("name", "date_of_birth", "address"),
                particulars="The examination was made by Dr Lucasta Penhallow at Merrowby.",
                sought=("Lucasta Penhallow",),
            ),
        ),
        look="stamped",
        blank_backs=True,
    ),
    PostFile(
        "scan_0029.pdf",
        Container.PDF_SCANNED,
        (
            Letter(
                "financial_assessment",
                date(2026, 10, 12),
                ("mei-ling-chan",),
                ("name", "date_of_birth", "reference", "address"),
                particulars="A jade bracelet is not counted as capital.",
                sought=("jade bracelet",),
            ),
        ),
        look="scan",
        blank_backs=True,
        upside_down=frozenset({3, 4}),
    ),
    PostFile(
        "scan_0030.jpg",
        Container.JPEG,
        (
            Letter(
                "bank_statement",
                date(2026, 10, 14),
                ("mei-ling-chan",),
                ("name", "address"),
                particulars="From December the passbook will have a turquoise cover.",
                sought=("passbook turquoise",),
            ),
        ),
        look="colour",
    ),
    PostFile(
        "scan_0031.pdf",
        Container.PDF_SEARCHABLE,
        (
            Letter(
                "direct_payment",
                date(2026, 9, 30),
                ("farah-siddiqui",),
                ("name", "date_of_birth", "nhs_number", "reference"),
                printed_wrong={"date_of_birth": "19/12/1997"},
                particulars="Petrol for the pottery class was agreed in the spring.",
                sought=("pottery petrol",),
            ),
        ),
        look="scan",
    ),
    PostFile(
        "scan_0032.tif",
        Container.TIFF_G4,
        (
            Letter(
                "carers_assessment",
                date(2026, 10, 15),
                ("ngozi-okonkwo",),
                particulars="The crochet group at the chapel has kept a chair for two years.",
                sought=("crochet chapel",),
            ),
        ),
        look="photocopy",
    ),
    PostFile(
        "scan_0033.pdf",
        Container.PDF_SCANNED,
        (
            Letter(
                "housing_letter",
                date(2026, 10, 20),
                ("yusuf-warsame",),
                ("name", "reference", "address"),
                particulars="A bicycle workshop has been set up in the bathroom, and the bath is "
                "full of sprockets.",
                sought=("bicycle sprockets",),
            ),
            Letter(
                "claim_letter",
                date(2026, 10, 22),
                ("stranger-1",),
                ("name", "date_of_birth", "address"),
                particulars="Special damages include a greenhouse and a quantity of orchids lost.",
                sought=("greenhouse orchids",),
            ),
        ),
        look="scan",
    ),
)
