"""How long records stay and how they end: schedules as data, and the rules that read them."""
