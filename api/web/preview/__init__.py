"""The style guide: every page filled with sample values, without a database behind it.

For looking at the pages and for the browser tests. People and papers in the samples are invented.
"""
