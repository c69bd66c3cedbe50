"""The demonstration: the programs of 2024 and 2025 as far as they are known, filled up with made-up people, and a
season whose dates follow today.

The tables and texts lie in `data/`. `load.py` is the way in, `eraser.py` the way out; every other module tells one
part of the story. Nothing here runs unless `manage.py demo` or `manage.py serve` asks for it.
"""
