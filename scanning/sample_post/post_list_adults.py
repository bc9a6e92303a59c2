"""Single letters about adults: assessments, hospital and surgery letters.

People of the same name, a father and a son, and a man who has died are here. Papers about
money and law are in post_list_papers.py, stacks in post_list_stacks.py.
"""

from datetime import date

from scanning.sample_post.model import Container, Letter, PostFile

ADULTS = (
    PostFile(
        "scan_0016.pdf",
        Container.PDF_SCANNED,
        (
            Letter(
                "needs_assessment",
                date(2026, 10, 14),
                ("winston-braithwaite",),
                particulars="A pigeon loft stands at the bottom of the garden, and the birds are "
                "the first thing spoken of each morning.",
                sought=("pigeon loft",),
            ),
        ),
        blank_backs=True,
    ),
    PostFile(
        "scan_0017.tif",
        Container.TIFF_LZW,
        (
            Letter(
                "support_plan",
                date(2026, 10, 6),
                ("hyacinth-campbell",),
                particulars="The choir has asked for an alto and will send a minibus on Tuesdays.",
                sought=("choir alto minibus",),
            ),
        ),
        look="clean",
        upside_down=frozenset({2}),
    ),
    PostFile(
        "scan_0018.pdf",
        Container.PDF_SCANNED,
        (
            Letter(
                "safeguarding_concern",
                date(2026, 10, 30),
                ("edith-hartnoll",),
                particulars="A silver thimble kept on the bedside table could not be found.",
                sought=("silver thimble",),
            ),
        ),
        look="stamped",
        blank_backs=True,
    ),
    PostFile(
        "scan_0019.pdf",
        Container.PDF_MIXED,
        (
            Letter(
                "capacity",
                date(2026, 10, 21),
                ("bronislawa-zielinski",),
                particulars="An interpreter of Polish was present throughout, and a samovar in "
                "one photograph was named at once.",
                sought=("samovar interpreter",),
            ),
            Letter(
                "clinic_letter",
                date(2026, 9, 29),
                ("bronislawa-zielinski",),
                ("name", "date_of_birth", "nhs_number"),
                particulars="She drew the clock face well but set the hands wrongly at ten past "
                "eleven, and laughed at it.",
                sought=("clock face hands",),
            ),
        ),
        look="photocopy",
    ),
    PostFile(
        "DoLS Form 1.pdf",
        Container.PDF_DIGITAL,
        (
            Letter(
                "dols",
                date(2026, 10, 27),
                ("margaret-doyle-1938",),
                particulars="She carries an umbrella and says that the ferry is waiting.",
                sought=("umbrella ferry",),
            ),
        ),
    ),
    PostFile(
        "scan_0020.tif",
        Container.TIFF_DEFLATE,
        (
            Letter(
                "chc_dst",
                date(2026, 10, 13),
                ("patrick-keane",),
                particulars="The accordion was mentioned by all who spoke of better days.",
                sought=("accordion",),
            ),
        ),
        look="clean",
    ),
    PostFile(
        "scan_0021.tif",
        Container.TIFF_G4,
        (
            Letter(
                "discharge_notice",
                date(2026, 10, 31),
                ("tomasz-nowakowski-father",),
                particulars="The patient keeps a parrot, which a neighbour has been feeding.",
                sought=("parrot neighbour feeding",),
            ),
        ),
        look="fax",
    ),
    PostFile(
        "scan_0022.pdf",
        Container.PDF_SCANNED,
        (
            Letter(
                "discharge_notice",
                date(2026, 10, 30),
                ("tomasz-nowakowski-son",),
                ("name", "address"),
                particulars="The patient works nights at the cannery and wishes to go back.",
                sought=("cannery",),
            ),
        ),
        look="worn",
    ),
    PostFile(
        "scan_0023.pdf",
        Container.PDF_SEARCHABLE,
        (
            Letter(
                "discharge_summary",
                date(2026, 10, 27),
                ("gwilym-parry",),
                particulars="A telescope beside the bed was sent home with the patient's things.",
                sought=("telescope bed",),
            ),
        ),
        look="coffee",
    ),
    PostFile(
        "Letter from Dr Anyanwu.pdf",
        Container.PDF_SCANNED,
        (
            Letter(
                "gp_letter",
                date(2026, 10, 29),
                ("morag-dalgleish",),
                ("name", "date_of_birth", "nhs_number", "address"),
                particulars="The bagpipes on the dresser were out of their box and the reeds had "
                "been boiled in the kettle.",
                sought=("bagpipes dresser",),
            ),
        ),
        look="coffee",
        blank_backs=True,
    ),
    PostFile(
        "scan_0024.pdf",
        Container.PDF_SCANNED,
        (
            Letter(
                "gp_letter",
                date(2026, 10, 27),
                ("margaret-doyle-1944",),
                ("name", "date_of_birth"),
                particulars="There was a jigsaw of Venice on every flat surface.",
                sought=("jigsaw Venice",),
            ),
        ),
        look="faded",
    ),
    PostFile(
        "scan_0025.png",
        Container.PNG,
        (
            Letter(
                "ot_report",
                date(2026, 10, 19),
                ("jaswinder-gill",),
                particulars="The sewing machine is used daily and its treadle must be reachable.",
                sought=("sewing treadle",),
            ),
        ),
        look="clean",
        sideways=frozenset({1}),
    ),
    PostFile(
        "scan_0026.pdf",
        Container.PDF_G4,
        (
            Letter(
                "imca_report",
                date(2026, 10, 23),
                ("olufemi-adeyemi",),
                particulars="A tin of buttons, sorted by colour, gives an hour of quiet.",
                sought=("buttons sorted colour",),
            ),
        ),
        look="worn",
        upside_down=frozenset({2}),
    ),
    PostFile(
        "scan_0027.tif",
        Container.TIFF_G4,
        (
            Letter(
                "ambulance_referral",
                date(2026, 11, 1),
                ("ronald-tibbs",),
                ("name", "date_of_birth", "address"),
                particulars="Model locomotives were stacked on the stairs, and one had been "
                "stepped on.",
                sought=("newspapers shoulder height",),
            ),
        ),
        look="fax",
    ),
)
