"""Records: filed, immutable documents on case files, with their renditions and pages."""
