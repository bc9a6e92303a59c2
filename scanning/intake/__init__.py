"""Intake: bytes are safe before anything reads them."""
