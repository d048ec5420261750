"""Content through Pelican: the only room that runs it.

settings               what Pelican is told
reader                 from a Markdown file to content and metadata
placeholders           the owner's values in the company's texts
markdown_placeholders  the same, found in Markdown
other_readers          the same, found in other formats
metadata_texts         the same, found in front matter
refused_placeholders   the lines at which braces are refused
generator              Pelican's generator of our kinds
writer                 record instead of write
static                 the files that are copied, and where they lie
theme                  where a theme lies, what it declares, and whether its templates name fields that exist
reuse                  what one run leaves to the next
read_ahead             content files read on another core, from the last to the first
site_code              the site's own Python, which is imported once
content_files          the files of the content folder and of the templates: which are read
faults                 what went wrong, with file and line
final_check            what must not be left on a finished page
leftover_lines         at which line of the site's files a text stands that is left over in a finished page
no_page                why a text has no page now
plugin_code            which plugin a line of code belongs to
plugin_time            report a call of a plugin that runs for long, and give up one that needs too much processor time
plugin_watch           what plugins do with the output folder while Pelican runs
published_files        which files the corporate site publishes beside its pages
refused_plugins        plugins that are known not to work with replisite
run                    one Pelican run, from settings to plates
staged_site            from recorded pages to finished ones
style_sheets           which of the published files are style sheets, and of which file of the site each is a copy
"""

from replisite.pelican.reuse import ReusedFiles, forget_contents
from replisite.pelican.run import PelicanRun, Proof, Recording, StagedSite, record_site
from replisite.pelican.site_code import SiteCode

__all__ = [
    "PelicanRun",
    "Proof",
    "Recording",
    "ReusedFiles",
    "SiteCode",
    "StagedSite",
    "forget_contents",
    "record_site",
]
