"""Every way in from outside: JSON API, web pages, command line, and the wiring that chooses engines."""
