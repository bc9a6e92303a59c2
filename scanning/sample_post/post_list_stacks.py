"""Stacks put through the scanner at one go, with separator sheets between their letters."""

from datetime import date

from scanning.sample_post.model import Container, Letter, PostFile

MONEY = (
    ("hyacinth-campbell", "The uplift for the harvest holiday was agreed by telephone."),
    ("edith-hartnoll", "A credit for the day of the regatta has been taken off."),
    ("winston-braithwaite", "One visit was cut short by the carnival procession."),
    ("jaswinder-gill", "Two carers came on the morning of the blizzard."),
)

STACKS = (
    PostFile(
        "scan_0034.pdf",
        Container.PDF_SCANNED,
        tuple(
            Letter(
                "provider_invoice",
                date(2026, 10, 26),
                (key,),
                ("name", "reference"),
                particulars=words,
                sought=("carnival procession",) if "carnival" in words else (),
            )
            for key, words in MONEY
        ),
        look="clean",
        separated=True,
    ),
    PostFile(
        "scan_0035.tif",
        Container.TIFF_G4,
        tuple(
            Letter(
                "charge_letter",
                date(2026, 10, 5),
                (key,),
                ("name", "date_of_birth", "reference", "address"),
                particulars="The gas meter was read by the visiting officer on the day."
                if key == "gwilym-parry"
                else "Thank you for sending the receipts that we asked for.",
                sought=("gas meter visiting",) if key == "gwilym-parry" else (),
            )
            for key in ("gwilym-parry", "ronald-tibbs", "morag-dalgleish", "mei-ling-chan")
        ),
        look="scan",
        separated=True,
        upside_down=frozenset({1}),
    ),
    PostFile(
        "scan_0036.pdf",
        Container.PDF_SCANNED,
        (
            Letter(
                "incident_form",
                date(2026, 10, 18),
                ("margaret-doyle-1938",),
                particulars="A bowl of rhubarb crumble was spilt in the fall.",
                sought=("rhubarb crumble",),
            ),
            Letter(
                "incident_form",
                date(2026, 10, 24),
                ("margaret-doyle-1944",),
                particulars="Respite guest, here for one week; a slipper was worn through.",
                sought=("respite slipper",),
            ),
            Letter(
                "unsigned_note",
                date(2026, 10, 28),
                shows=(),
                particulars="Her tabby cat is out at night now and cries at the gate.",
                sought=("tabby cries gate",),
            ),
            Letter(
                "returned_mail",
                date(2026, 10, 29),
                shows=(),
                particulars="The franking mark shows a windmill and the number nineteen.",
                sought=("franking windmill",),
            ),
        ),
        look="scan",
        blank_backs=True,
        separated=True,
    ),
    PostFile(
        "scan_0037.tif",
        Container.TIFF_LZW,
        (
            Letter(
                "safeguarding_concern",
                date(2026, 10, 17),
                ("olufemi-adeyemi",),
                ("name", "nhs_number"),
                particulars="The wristwatch had stopped at ten to four.",
                sought=("wristwatch stopped",),
            ),
            Letter(
                "support_plan",
                date(2026, 10, 2),
                ("bronislawa-zielinski",),
                ("name", "date_of_birth", "reference"),
                particulars="A parcel of poppy-seed cake goes to the day centre each month.",
                sought=("poppy-seed parcel",),
            ),
        ),
        look="clean",
        separated=True,
    ),
    PostFile(
        "scan_0038.pdf",
        Container.PDF_G4,
        (
            Letter(
                "pre_proceedings",
                date(2026, 10, 16),
                ("carys-bevan", "cerys-bevan"),
                ("name", "date_of_birth", "reference"),
                particulars="Broken glass from an aquarium had been left on the nursery floor.",
                sought=("aquarium nursery",),
            ),
            Letter(
                "looked_after_review",
                date(2026, 10, 1),
                ("jayden-grant",),
                particulars="The skateboard ramp may be used on Saturdays with a helmet.",
                sought=("skateboard ramp helmet",),
            ),
            Letter(
                "child_assessment",
                date(2026, 9, 25),
                ("layla-rahman",),
                ("name", "date_of_birth", "address"),
                particulars="A tambourine was shown with pride and played a little.",
                sought=("tambourine",),
            ),
        ),
        look="photocopy",
        separated=True,
        blank_backs=True,
    ),
    PostFile(
        "scan_0039.pdf",
        Container.PDF_SCANNED,
        (
            Letter(
                "needs_assessment",
                date(2026, 9, 28),
                ("ronald-tibbs",),
                ("name", "date_of_birth", "nhs_number"),
                particulars="The marrow that won at the county show is still talked about.",
                sought=("marrow county show",),
            ),
            Letter(
                "capacity",
                date(2026, 10, 7),
                ("edith-hartnoll",),
                ("name", "nhs_number", "address"),
                particulars="She spoke at length of the mill and of a cousin who kept bees.",
                sought=("cousin bees mill",),
            ),
            Letter(
                "dols",
                date(2026, 10, 8),
                ("hyacinth-campbell",),
                particulars="She folds napkins for the whole dining room before supper.",
                sought=("napkins supper",),
            ),
        ),
        look="worn",
        separated=True,
        upside_down=frozenset({6}),
    ),
    PostFile(
        "scan_0040.tif",
        Container.TIFF_G4,
        (
            Letter(
                "conference_minutes",
                date(2026, 9, 30),
                ("riya-patel", "arjun-patel"),
                particulars="The interpreter's taxi broke down and the meeting began at eleven.",
                sought=("taxi broke down",),
            ),
            Letter(
                "court_order",
                date(2026, 10, 2),
                ("emeka-okonkwo",),
                particulars="The hearing be moved from the court annexe above the library.",
                sought=("court annexe library",),
            ),
        ),
        look="scan",
        separated=True,
    ),
)
