"""Certificates as files to save, for the pages and the API alike."""

from flask import Response

from edrms.certificates.issuing import Issued


def certificate_file(issued: Issued, kind: str) -> Response:
    """A certificate as a file to save. kind: json or pdf."""
    content = issued.pdf if kind == "pdf" else issued.document.encode()
    response = Response(content, mimetype=f"application/{kind}")
    name = f"certificate-{issued.reference}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
