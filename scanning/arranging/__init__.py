"""Pages of a file put in order by hand: split, joined, moved, turned, taken out, marked; and undone."""
