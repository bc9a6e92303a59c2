"""PDF/A-2b: what a searchable PDF must have for it (added here) and what it must not (looked for).

ISO 19005-2:2011, the essentials by clause; it is our own look, not a validator's verdict. A file in
which something is found that we do not take away from a sender's page is not called PDF/A.
"""

import re
from collections.abc import Iterator
from uuid import uuid4

from PIL import ImageCms
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

METADATA = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
FILTERS_NOT_ALLOWED = {"/LZWDecode", "/Crypt", "/JPXDecode"}  # JPX may be, with conditions
STREAM_KEYS_NOT_ALLOWED = {"/F", "/FFilter", "/FDecodeParms", "/OPI", "/Alternates", "/PS"}
CMYK_OPERATOR = re.compile(rb"(?:[\d.]+\s+){4}[kK]\s")
ACTIONS = {"/A", "/AA", "/JS", "/OpenAction"}


def make_pdfa(writer: PdfWriter) -> list[str]:
    """Mark what is about to be written as PDF/A-2b; else leave it and say why it is not.

    Returns the shortcomings, [] when it was marked.
    """
    found = sorted(set(_shortcomings(writer)))
    if found:
        return found
    root = writer.root_object
    intent = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/OutputIntent"),
            NameObject("/S"): NameObject("/GTS_PDFA1"),
            NameObject("/OutputConditionIdentifier"): TextStringObject("sRGB IEC61966-2.1"),
            NameObject("/Info"): TextStringObject("sRGB IEC61966-2.1"),
            NameObject("/DestOutputProfile"): writer._add_object(_colour_profile()),
        }
    )
    root[NameObject("/OutputIntents")] = ArrayObject([writer._add_object(intent)])
    root[NameObject("/Metadata")] = writer._add_object(_metadata())
    writer._info = None  # an information dictionary would have to agree with the metadata (6.6.3)
    writer.pdf_header = "%PDF-1.7"
    name = ByteStringObject(uuid4().bytes)  # a file has one of its own (6.1.3)
    writer._ID = ArrayObject([name, name])
    return []


def _metadata() -> StreamObject:
    stream = DecodedStreamObject()
    stream.set_data(METADATA.encode("utf-8"))  # never packed (6.6.2.1)
    stream[NameObject("/Type")] = NameObject("/Metadata")
    stream[NameObject("/Subtype")] = NameObject("/XML")
    return stream


def _colour_profile() -> StreamObject:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    stream = DecodedStreamObject()
    stream.set_data(profile.tobytes())
    packed = stream.flate_encode()
    packed[NameObject("/N")] = NumberObject(3)
    return packed


def _shortcomings(writer: PdfWriter) -> Iterator[str]:
    """What stands against PDF/A-2b in the objects that will be written, in a word or two each."""
    if "/AcroForm" in writer.root_object or "/Names" in writer.root_object:
        yield "form or names"
    for number in range(1, len(writer._objects) + 1):
        found = writer.get_object(IndirectObject(number, 0, writer))
        yield from _in_object(found)


def _in_object(found: PdfObject | None) -> Iterator[str]:
    if isinstance(found, ArrayObject):
        for part in found:
            if not isinstance(part, IndirectObject):
                yield from _in_object(part)
        yield from _in_colour_space(found)
    if not isinstance(found, DictionaryObject):
        return
    yield from _in_dictionary(found)
    for value in found.values():
        if not isinstance(value, IndirectObject):
            yield from _in_object(value)


def _in_dictionary(found: DictionaryObject) -> Iterator[str]:
    if isinstance(found, StreamObject):
        yield from _in_stream(found)
    if "/DeviceCMYK" in found.values():
        yield "CMYK without a profile (6.2.4.3)"
    if ACTIONS & found.keys():
        yield "action (6.5)"
    if found.get("/Type") == "/Font":
        yield from _in_font(found)
    if found.get("/Type") == "/Annot" or found.get("/Annots"):
        yield "annotation (6.3)"
    if found.get("/TR") is not None or found.get("/HTP") is not None:
        yield "transfer function (6.2.5)"


def _in_stream(found: StreamObject) -> Iterator[str]:
    if STREAM_KEYS_NOT_ALLOWED & found.keys():
        yield "stream elsewhere or with alternates (6.1.7, 6.2.8)"
    filters = found.get("/Filter", ArrayObject())
    names = filters if isinstance(filters, ArrayObject) else [filters]
    if FILTERS_NOT_ALLOWED & set(names):
        yield "compression (6.1.7)"
    if found.get("/Interpolate", False):
        yield "interpolated picture (6.2.8)"
    if found.get("/Subtype") == "/PS":
        yield "PostScript (6.2.9)"
    if found.get("/Subtype") in {None, "/Form"} and _paints_in_cmyk(found.get_data()):
        yield "CMYK without a profile (6.2.4.3)"


def _paints_in_cmyk(content: bytes) -> bool:
    """Looked for only where its letter stands at all: a text layer's thousands of numbers hold none."""
    return (b"k" in content or b"K" in content) and bool(CMYK_OPERATOR.search(content))


def _in_colour_space(found: ArrayObject) -> Iterator[str]:
    if "/DeviceCMYK" in found:
        yield "CMYK without a profile (6.2.4.3)"


def _in_font(font: DictionaryObject) -> Iterator[str]:
    """Every font's program must be within (6.2.11.4); a composite font's is its descendant's."""
    if font.get("/Subtype") in {"/Type0", "/Type3"}:
        return
    described = font.get("/FontDescriptor", DictionaryObject()).get_object()
    if not {"/FontFile", "/FontFile2", "/FontFile3"} & described.keys():
        yield "font not embedded (6.2.11.4)"
