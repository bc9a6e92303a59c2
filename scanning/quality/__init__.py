"""Whether scans are good enough: checks of every page, samples looked at by people, and what both found."""
