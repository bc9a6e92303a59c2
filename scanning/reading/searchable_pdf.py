"""x"""
from pathlib import Path


def turn_layer(path: Path, rotation_degrees: int, x: float) -> None: ...
