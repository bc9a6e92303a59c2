"""Single letters about children: files as a scanner, a fax server or a school office sends them.

Twins are here; later letters, among them the awkward ones, are in post_list_young_people.py.
"""

from datetime import date

from scanning.sample_post.model import Container, Letter, PostFile

CHILDREN = (
    PostFile(
        "scan_0001.pdf",
        Container.PDF_SCANNED,
        (
            Letter(
                "marf",
                date(2026, 10, 28),
                ("adaeze-okonkwo", "emeka-okonkwo"),
                particulars="Both children were wearing pyjama tops under a school jumper, and "
                "the younger one carried a tortoise in a lunch box because it could not be left.",
                sought=("tortoise lunch box",),
            ),
        ),
        look="stamped",
        blank_backs=True,
    ),
    PostFile(
        "scan_0002.tif",
        Container.TIFF_G4,
        (
            Letter(
                "police_notification",
                date(2026, 10, 25),
                ("jayden-grant",),
                particulars="A trombone case had been thrown down the stairs and a mirror in the "
                "hall was broken.",
                sought=("trombone case",),
            ),
        ),
        look="fax",
    ),
    PostFile(
        "scan_0003.pdf",
        Container.PDF_SCANNED,
        (
            Letter(
                "conference_minutes",
                date(2026, 10, 20),
                ("layla-rahman",),
                particulars="The chair read aloud a letter from a paternal aunt in Llanfelyn, who "
                "runs a lighthouse museum and has offered a home at half term.",
                sought=("lighthouse museum",),
            ),
        ),
        blank_backs=True,
        upside_down=frozenset({3, 4}),
    ),
    PostFile(
        "scan_0004.tif",
        Container.TIFF_LZW,
        (
            Letter(
                "child_assessment",
                date(2026, 10, 15),
                ("ifan-gethin",),
                particulars="In the third drawing there was a hovercraft with seats for everyone.",
                sought=("hovercraft",),
            ),
        ),
        look="clean",
    ),
    PostFile(
        "scan_0005.pdf",
        Container.PDF_SCANNED,
        (
            Letter(
                "looked_after_review",
                date(2026, 10, 22),
                ("niamh-tierney",),
                particulars="A place at the sailing club has been paid for, and the carers will "
                "keep the wetsuit and the logbook.",
                sought=("wetsuit logbook",),
            ),
        ),
        look="worn",
        upside_down=frozenset({2}),
    ),
    PostFile(
        "PEP autumn term.docx",
        Container.DOCX,
        (
            Letter(
                "education_plan",
                date(2026, 10, 14),
                ("cillian-tierney",),
                particulars="A set of coloured overlays and a metronome have been bought to help "
                "with reading aloud at an even pace.",
                sought=("metronome overlays",),
            ),
        ),
    ),
    PostFile(
        "scan_0006.jpg",
        Container.JPEG,
        (
            Letter(
                "health_assessment",
                date(2026, 10, 12),
                ("carys-bevan",),
                ("name", "date_of_birth", "address"),
                particulars="There is a small strawberry mark behind the right ear that the carer "
                "uses to tell this twin from the other.",
                sought=("strawberry mark",),
            ),
        ),
        look="colour",
    ),
    PostFile(
        "scan_0007.png",
        Container.PNG,
        (
            Letter(
                "health_assessment",
                date(2026, 10, 12),
                ("cerys-bevan",),
                particulars="Hearing in the left ear should be tested once more when the grommet "
                "has come out.",
                sought=("grommet",),
            ),
        ),
        look="clean",
    ),
    PostFile(
        "scan_0008.pdf",
        Container.PDF_G4,
        (
            Letter(
                "court_order",
                date(2026, 10, 23),
                ("amelia-thistlewood",),
                ("name", "date_of_birth"),
                particulars="There be permission to instruct Dr Imogen Farraday, psychologist, "
                "the costs to be shared equally.",
                sought=("Farraday psychologist",),
            ),
        ),
        look="photocopy",
        blank_backs=True,
    ),
    PostFile(
        "scan_0009.tif",
        Container.TIFF_DEFLATE,
        (
            Letter(
                "pre_proceedings",
                date(2026, 10, 19),
                ("andrei-popescu",),
                particulars="On one visit a pellet gun and a quantity of fireworks lay within "
                "reach on the windowsill.",
                sought=("pellet fireworks windowsill",),
            ),
        ),
        look="clean",
    ),
    PostFile(
        "Attendance report Hollin Bridge Primary.pdf",
        Container.PDF_DIGITAL,
        (
            Letter(
                "attendance_letter",
                date(2026, 10, 16),
                ("arjun-patel",),
                ("name", "date_of_birth", "reference"),
                particulars="There has been real success with the chess ladder at lunchtime.",
                sought=("chess ladder",),
            ),
        ),
    ),
)
