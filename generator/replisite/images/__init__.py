"""Pictures: the only room that imports Pillow.

resize.py   a photo as it is published: turned upright, small, without metadata
"""

from replisite.images.resize import Derived, PictureError, derive

__all__ = ["Derived", "PictureError", "derive"]
