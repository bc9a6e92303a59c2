"""How paper and files come in: batches, intake, reading, indexing."""
