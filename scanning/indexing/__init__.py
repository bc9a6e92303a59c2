"""Indexing: suggest the document type and the client with reasons; the queue where a person decides."""
