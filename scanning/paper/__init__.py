"""Paper originals: the boxes they lie in, how long they stay, and how they end."""
