"""Content through Pelican: the only room that imports it.

settings.py      what Pelican is told
kinds.py         our kinds of content, and frontmatter.py: what their authors write
reader.py        from a Markdown file to content and metadata
placeholders.py  the owner's values in the company's texts: markdown_placeholders.py finds them in Markdown, other_readers.py
                 in other formats, metadata_texts.py in front matter; refusals.py has their lines
last_look.py     what must not be left on a finished page, and leftover_lines.py: where its source has it
no_page.py       why a text has no page now
generator.py     Pelican's generator of our kinds, and catalog.py: what one edition shows of them
writer.py        record instead of write
static.py        the files that are copied, and where they lie; style_sheets.py: which are style sheets
warm.py          what one run leaves to the next
own_code.py      the site's plugins, which are imported once; plugin_time.py: how long each call of them takes
pages.py         from recorded pages to finished ones
notebook.py      what went wrong, with file and line
record.py        one Pelican run, from settings to plates
"""

from replisite.sources.pelican.own_code import OwnCode
from replisite.sources.pelican.record import PelicanRun, Proof, Recording, StagedSite, record_site
from replisite.sources.pelican.warm import Warm, forget_contents

__all__ = [
    "OwnCode",
    "PelicanRun",
    "Proof",
    "Recording",
    "StagedSite",
    "Warm",
    "forget_contents",
    "record_site",
]
