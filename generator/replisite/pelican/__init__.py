"""Content through Pelican: the only room that runs it.

One run, from the request to its pages:

record_site            a build's run: every page staged and proved, and the published files decided
run                    one run of Pelican, as a function of a request
run_context            the values that the steps of a run share
run_settings           the settings of a run, with what lies in the folders that it reads
settings               Pelican's settings: our defaults, then what site.toml hands through
listeners              what happens at each of Pelican's signals
generator              Pelican's generator of our kinds
writer                 Pelican's writer, which records pages instead of writing them
content_class          Pelican's content class of each of our kinds
page_names             the names that templates get beside Pelican's own
staged_page            one recorded page: its staged form, its plate, and its proof
staged_site            all recorded pages, each staged and finished when it is requested
final_check            what must not be left on a finished page

Reading content:

reader                 from a Markdown file to content and metadata
kind_metadata          from front matter of our kinds to metadata: validated, with faults at their lines
yaml_metadata          values of YAML front matter of articles and pages
refused_files          files that are left out because of their faults
placeholders           all ``{{ }}`` of the content, and the marks that stand for them
expression_checks      names and fields that an expression uses and that do not exist
conversion             a text on its way through a converter: braces are hidden before, and marked after
markdown_placeholders  braces in Markdown
metadata_texts         braces in front matter
other_readers          braces in other formats
refused_placeholders   the lines at which braces are refused
content_files          the files of the content folder, and which of them are not read
content_dates          what is built now, what has expired, and when the next item comes or goes
content_links          where links between items lead, as Pelican follows them
content_checks         what is checked once all content was read
no_page                why a text has no page now

Files beside pages:

static                 the files that Pelican copies, or would copy
written_files          the files that are found in the output folder after a run
requested_files        the files that content, templates and pages ask for by their addresses
published_files        which of them the corporate site publishes beside its pages
root_names             the names at the corporate site's root
style_sheets           which of the published files are style sheets, and their sources

Templates:

theme                  where a theme lies, what it declares, and whether its templates name fields that exist
template_environment   the one Jinja environment of a run

What one run leaves to the next:

reuse                  what a run leaves: reused content and reused templates
reused_content         decides whether a content file is read again
reused_templates       decides whether a template is compiled, staged and checked again
stamps                 the stamp of a file, which changes when the file does
read_ahead             content files read on another core, from the last to the first
site_code              the site's own Python, which a process imports once

Plugins:

plugin_code            which plugin a line of code belongs to
plugin_faults          what a plugin raises, as a fault at its line
plugin_time            reports a call that takes long, and gives up one that uses too much processor time
plugin_watch           what plugins do with the output folder while Pelican runs
refused_plugins        plugins that are known not to work with replisite

Faults:

faults                 the faults and warnings of one run, with file and line
pelican_log            what Pelican logs, as faults and warnings
site_faults            faults of a site's files that are found before Pelican starts
render_faults          faults of templates and of pages that never end
leftover_lines         the line at which a text stands that is left over in a finished page
"""

from replisite.pelican.record_site import Recording, record_site
from replisite.pelican.reuse import ReusedFiles, forget_contents
from replisite.pelican.run import PelicanRun, run_pelican
from replisite.pelican.run_context import RunRequest
from replisite.pelican.site_code import SiteCode
from replisite.pelican.staged_page import Proof
from replisite.pelican.staged_site import StagedSite

__all__ = [
    "PelicanRun",
    "Proof",
    "Recording",
    "ReusedFiles",
    "RunRequest",
    "SiteCode",
    "StagedSite",
    "forget_contents",
    "record_site",
    "run_pelican",
]
