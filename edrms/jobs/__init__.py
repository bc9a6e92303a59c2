"""Work to be done: a table, on purpose, so that a letter and the work it needs commit together."""
