"""Sample post: invented people and the scanned-looking letters about them, the same bytes every run."""
