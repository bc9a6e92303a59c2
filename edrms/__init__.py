"""The core: what a record is, who may see it, where its bytes lie, what happened to it."""
