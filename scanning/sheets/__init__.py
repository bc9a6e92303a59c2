"""Sheets of the post room: separators, envelopes and batch headers, printed by the product and read again."""
