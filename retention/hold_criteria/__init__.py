"""The saved query of a hold: what it says (model), how it is read and refused (rules), and its SQL (sql)."""
