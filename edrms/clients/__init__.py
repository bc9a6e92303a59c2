"""Clients: the people the files are about, and how to find one."""
