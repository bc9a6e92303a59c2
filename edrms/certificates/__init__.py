"""Signed certificates: their one form, their PDF, and what issuing any of them needs."""
