"""The chain of migrations, in the order of their numbers."""
