"""A large register of invented people and post about them, as text with the slips of OCR."""
