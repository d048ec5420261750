"""Pictures: the only package that imports Pillow.

resize         a photo as it is published: turned upright, small, without metadata
roster_photos  the published photos of distributors who have a site, each made once
"""

from replisite.images.resize import Derived, PictureError, derive

__all__ = ["Derived", "PictureError", "derive"]
