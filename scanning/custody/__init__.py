"""Whose key opens what was scanned: the item's until it is filed, then the keys of its records."""
