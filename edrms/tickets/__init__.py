"""Tickets: leave to fetch one file once, within a minute, from the host that holds no cookies."""
