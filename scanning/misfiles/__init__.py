"""Misfiles: filed documents whose pages name another client better than those on whose files they are."""
