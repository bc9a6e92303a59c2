"""Batches, items, documents and pages: the custody ledger and the counts that must agree."""
