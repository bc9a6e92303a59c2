"""Finding: query, index engines, highlights."""
