"""Hot folders: files that scanners and bureaux leave, taken in, filed away, or left with a note."""
