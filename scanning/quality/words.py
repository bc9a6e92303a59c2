"""A finding in plain words: what was found, and what to do about it. Pure."""

from collections.abc import Mapping

from scanning.quality.model import Fault, Finding, NotYet, SeenFault

_AGAIN = "Scan the sheet again at 300 dpi."
_WHAT: Mapping[Fault, tuple[str, str]] = {
    Fault.RESOLUTION: ("The page has {value:.0f} dots to the inch; at least {limit:.0f} are wanted.", _AGAIN),
    Fault.SKEW: ("The page lies {value:.1f} degrees askew.", "Straighten the sheet and scan it again."),
    Fault.CUT_EDGE: ("Print runs off a side of the page in {value:.0f} places.",
                     "Compare it with the paper and scan it again, whole."),
    Fault.BLACK_BORDER: ("A black border covers {value:.0%} of a side.",
                         "See whether it hides anything; set the paper size of the scanner."),
    Fault.BLACK_PAGE: ("The whole page is black.", "Scan the sheet again, with the lid closed."),
    Fault.CONTRAST: ("The print is faint: {value:.0%} darker than the paper.",
                     "Scan the sheet again in grey, with more contrast."),
    Fault.BLUR: ("The page is blurred.", "Clean the glass and scan the sheet again at 300 dpi."),
    Fault.ALMOST_BLANK: ("There is hardly anything on the page.",
                         "See whether it is a blank back, or was scanned too light."),
    Fault.TOO_LONG: ("The page is {value:.0f} mm long: two sheets may have been fed as one.",
                     "Compare it with the paper; scan the sheets one by one."),
    Fault.TOO_SMALL: ("The picture is {value:.0f} mm wide.", "See whether it is a page at all."),
    Fault.CONFIDENCE: ("Many words were read with little confidence.",
                       "Compare names, numbers and dates with the picture of the page."),
    Fault.HANDWRITING: ("Much of the page was not read: it may be written by hand.",
                        "Read it yourself; a search does not find its words."),
    Fault.UNREADABLE: ("The page could not be read.", "Scan the sheet again."),
    Fault.PAGES_MISSING: ("By its page numbers, page {pages} is missing.",
                          "Look for it in the paper and in the documents beside it."),
    Fault.PAGES_TWICE: ("By its page numbers, page {pages} is there twice.",
                        "See whether two documents were taken for one."),
    Fault.PAGES_ORDER: ("Its page numbers are out of order.", "Put the sheets in order."),
    Fault.DATES_DIFFER: ("Two different dates stand as the date of the document.",
                         "See which is right, and whether two documents were taken for one."),
    Fault.DATE_AHEAD: ("The date of the document is later than the day it was received.",
                       "Compare the date with the picture of the page."),
    Fault.BORN_LATER: ("A date of birth is later than the date of the document.",
                       "Compare both dates with the picture of the page."),
    Fault.JBIG2_SYMBOLS: ("The file's pictures are, or may be, coded by symbols (JBIG2): a figure may have "
                          "been printed for another.",
                          "Ask the sender for scans without JBIG2; keep the paper."),
}  # fmt: skip
NAMES: Mapping[str, str] = {
    Fault.RESOLUTION: "Low resolution", Fault.SKEW: "Askew", Fault.CUT_EDGE: "Cut edge",
    Fault.BLACK_BORDER: "Black border", Fault.BLACK_PAGE: "Black page",
    Fault.CONTRAST: "Low contrast", Fault.BLUR: "Blurred", Fault.ALMOST_BLANK: "Almost blank",
    Fault.TOO_LONG: "Double feed", Fault.TOO_SMALL: "Too small", Fault.CONFIDENCE: "Low confidence",
    Fault.HANDWRITING: "Handwriting", Fault.UNREADABLE: "Not read",
    Fault.PAGES_MISSING: "Page missing", Fault.PAGES_TWICE: "Page twice",
    Fault.PAGES_ORDER: "Pages out of order", Fault.DATES_DIFFER: "Dates differ",
    Fault.DATE_AHEAD: "Date in the future", Fault.BORN_LATER: "Born after its date",
    Fault.JBIG2_SYMBOLS: "Coded by symbols (JBIG2)",
}  # fmt: skip
SEEN: Mapping[SeenFault, str] = {
    SeenFault.ILLEGIBLE: "Something cannot be read",
    SeenFault.CUT: "Something is cut off or covered",
    SeenFault.MISSING_PAGE: "A page is missing",
    SeenFault.WRONG_ORDER: "Pages are in the wrong order",
    SeenFault.TWO_IN_ONE: "Two documents in one, or one in two",
    SeenFault.WRONG_SIDE_UP: "A page is the wrong way up",
    SeenFault.OTHER: "Something else",
}
WHY_NOT_YET: Mapping[NotYet, str] = {
    NotYet.NO_DOCUMENT: "It has no document.",
    NotYet.BEING_READ: "It is still being read, or a file of it is held.",
    NotYet.NOT_DRAWN: "Documents came since its sample was drawn.",
    NotYet.WAITING: "Documents of its sample wait to be looked at.",
}


def sentence(finding: Finding) -> str:
    """What was found."""
    pages = ", ".join(str(number) for number in finding.pages)
    value, limit = finding.value or 0.0, finding.limit or 0.0
    return _WHAT[finding.fault][0].format(value=value, limit=limit, pages=pages)


def advice(fault: Fault) -> str:
    """What to do about it."""
    return _WHAT[fault][1]
