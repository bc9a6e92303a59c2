"""How long records stay and how they end. The engine arrives with its own issue; nothing here yet."""
