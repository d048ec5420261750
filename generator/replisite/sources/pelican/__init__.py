"""Content through Pelican: the only room that imports it.

ahead                  read content files on another core, from the last to the first, while this process is at something else
content_files          the files of the content folder and of the templates as they lie there
generator              Pelican's generator of our kinds, and content/catalog.py: what one edition shows of them
last_look              what must not be left on a finished page, and leftover_lines.py: where its source has it
leftover_lines         at which line of the site's files a text stands that is left over in a finished page
markdown_placeholders  find placeholders in Markdown, wherever a text may stand
metadata_texts         texts in the metadata of articles and pages
no_page                why a text has no page now
notebook               what went wrong, with file and line
other_readers          fill in what content in other formats than Markdown says of the owner
own_code               the site's plugins, which are imported once; plugin_time.py: how long each call of them takes
pages                  from recorded pages to finished ones
placeholders           the owner's values in the company's texts: markdown_placeholders.py finds them in Markdown, other_readers.py
plugin_code            which plugin a line of code belongs to, so that what a plugin does is reported under its name
plugin_time            report a call of a plugin that runs for long, and give up one that needs too much processor time
plugin_watch           what plugins do with the output folder while Pelican runs
published              which files the corporate site publishes beside its pages
reader                 from a Markdown file to content and metadata
record                 one Pelican run, from settings to plates
refusals               braces that were refused while one file was read, reported at the lines at which they stand
refused_plugins        plugins that are known not to work with replisite
settings               what Pelican is told
static                 the files that are copied, and where they lie; style_sheets.py: which are style sheets
style_sheets           which of the published files are style sheets, and of which file of the site each is a copy
theme                  themes
warm                   what one run leaves to the next
writer                 record instead of write
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
