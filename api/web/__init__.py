"""Web pages: what staff see. Each view parses, calls one service function and renders."""
