"""The receivers of Pelican's signals: readers, static files, templates and recorded pages."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from functools import partial
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError
from pelican.contents import Content
from pelican.generators import Generator, PelicanTemplateNotFound, StaticGenerator
from pelican.plugins import signals
from pelican.readers import MarkdownReader, Readers

from replisite.content.catalog import Catalog
from replisite.content.readable_files import MARKDOWN_SUFFIXES, is_markdown
from replisite.pages.functions import install
from replisite.pelican.content_checks import check_all
from replisite.pelican.content_dates import leave_out_expired, note_dates
from replisite.pelican.content_files import suffix_variants
from replisite.pelican.content_links import files_linked_as_pages
from replisite.pelican.generator import generator_class
from replisite.pelican.other_readers import filling_readers
from replisite.pelican.page_names import edition_names, page_names
from replisite.pelican.reader import noting_file, reader_class
from replisite.pelican.render_faults import note_template
from replisite.pelican.run_context import RunContext
from replisite.pelican.run_settings import RunSettings
from replisite.pelican.staged_page import StagedPage
from replisite.pelican.static import pictures_of_folders, static_sources, withhold
from replisite.pelican.template_environment import name_strings, named_template, staged_template
from replisite.pelican.writer import Recorded, recording_writer
from replisite.staging import compile_all, full_template

__all__ = ["receivers"]

_HOME = "index"
"""The template of the page that is looked at first."""

Receiver = tuple[Any, Callable[..., Any]]
"""A signal of Pelican's, and the function that Pelican calls with it."""


def receivers(context: RunContext, settings: RunSettings, meanwhile: ExitStack) -> list[Receiver]:
    """Return the receiver of each signal; connect all of it before Pelican starts, and keep it until it ends.

    ``meanwhile`` is closed when Pelican ends: other processes read content until then.
    """
    request, collected = context.request, context.collected
    generator = generator_class(
        context.site,
        context.noted_faults,
        settings.files.listing.files,
        request.now,
        request.drafts,
        request.future,
    )
    writer = recording_writer(
        collected.catalogs,
        collected.recorded,
        partial(_record, context, settings),
        collected.feeds,
        partial(_edition_names, context),
        context.site.url if request.is_ours else "",
    )
    reader = reader_class(
        context.noted_faults, context.placeholders, context.reused.content, is_yaml_for_all=request.is_ours
    )
    return [
        (signals.get_generators, lambda _: generator),
        (signals.get_writer, lambda _: writer),
        (signals.readers_init, partial(_add_reader, context, settings, reader)),
        (signals.readers_init, partial(_fill_other_formats, context)),
        (signals.generator_init, partial(_share_environment, context, settings)),
        (signals.generator_init, partial(_take_static_files, context, settings)),
        (signals.generator_init, partial(_note_files, context)),
        (signals.generator_init, partial(_read_ahead, context, generator, meanwhile)),
        (signals.content_object_init, partial(_date, context)),
        (signals.article_generator_context, partial(_publish_drafts, request.drafts)),
        (signals.page_generator_context, partial(_publish_drafts, request.drafts)),
        (signals.static_generator_finalized, partial(_withhold, context)),
        (signals.all_generators_finalized, partial(check_all, context, settings)),
    ]


# -- reading -------------------------------------------------------------------------------------------


def _add_reader(
    context: RunContext, settings: RunSettings, reader: type[MarkdownReader], readers: Readers
) -> None:
    """Make ours the reader of every Markdown file, and in our mode of suffixes in capital letters too."""
    classes = readers.reader_classes
    suffixes = {suffix.removeprefix(".") for suffix in MARKDOWN_SUFFIXES}
    classes |= {suffix: reader for suffix in suffixes if suffix in {"md", "markdown"} or classes.get(suffix)}
    if context.request.is_ours:
        known = {suffix for suffix, there in classes.items() if there and suffix != "static"}
        for suffix, plain in suffix_variants(settings.files.listing.files, known):
            classes[suffix] = classes[plain]


def _fill_other_formats(context: RunContext, readers: Readers) -> None:
    """Have the readers of other formats than Markdown find placeholders."""
    others = filling_readers(readers.reader_classes, context.noted_faults, context.placeholders)
    readers.reader_classes.update(others)


def _note_files(context: RunContext, generator: Generator) -> None:
    """Have readers that are not ours note which file they read."""
    for suffix, reader in generator.readers.readers.items():
        if suffix != "static" and "read_now" not in dir(reader):
            reader.read = noting_file(reader.read, context.noted_faults)


def _read_ahead(
    context: RunContext, kinds_generator: type[Generator], meanwhile: ExitStack, generator: Generator
) -> None:
    """Have another process begin with the files of our kinds, and compile the home page's templates meanwhile."""
    reader = generator.readers.readers.get("md")
    if not isinstance(generator, kinds_generator) or context.code.names or reader is None:
        return  # what plugins read and count must be read and counted here
    paths = [os.path.join(generator.path, path) for path in generator.paths() if is_markdown(path)]  # noqa: PTH118 - as Pelican does
    reading: AbstractContextManager[bool] = context.reused.content.reading_ahead(
        paths, reader.read_now, context.noted_faults, context.placeholders
    )
    if meanwhile.enter_context(reading):
        with suppress(TemplateError, PelicanTemplateNotFound):  # reported where the template is used
            compile_all(staged_template(context.reused.templates, named_template(generator, _HOME)))


def _date(context: RunContext, content: Content) -> None:
    note_dates(content, context.next_change)
    leave_out_expired(content, context.request.now, context.noted_faults)


def _publish_drafts(drafts: bool, _: Generator, metadata: dict[str, Any]) -> None:
    if drafts and metadata.get("status") == "draft":
        metadata["status"] = "published"


# -- static files --------------------------------------------------------------------------------------


def _take_static_files(context: RunContext, settings: RunSettings, generator: Generator) -> None:
    """Have Pelican's generator of static files take what pages link to, and leave files where they are."""
    if isinstance(generator, StaticGenerator):
        copied = generator.generate_output if settings.is_copied else None
        generator.generate_output = partial(_place_static_files, context, generator, copied)
        generator.get_files = partial(_static_files, context, generator, generator.get_files)


def _static_files(
    context: RunContext,
    generator: StaticGenerator,
    listed: Callable[..., set[str]],
    paths: Sequence[str],
    exclude: list[str] | None = None,
    extensions: Any = None,
) -> set[str]:
    """Return the files that lists name, and those that pages link to as if they were pages."""
    files = set(listed(paths, exclude=exclude, extensions=extensions))
    if extensions is False and context.request.is_ours:
        files.update(files_linked_as_pages(generator.context["generated_content"], context.rules))
    return files


def _place_static_files(
    context: RunContext, generator: StaticGenerator, copied: Callable[[Any], None] | None, writer: Any
) -> None:
    """Have Pelican copy theme and content files, or leave them where they are."""
    collected = context.collected
    collected.origins = static_sources(generator)
    if copied is not None:
        copied(writer)
    else:
        collected.static = collected.origins
        collected.copies = frozenset(collected.origins)
    collected.by_folder |= pictures_of_folders(generator, context.rules)


def _withhold(context: RunContext, generator: StaticGenerator) -> None:
    withhold(generator, context.rules, context.site.content, context.noted_faults)


# -- templates and pages -------------------------------------------------------------------------------


def _share_environment(context: RunContext, settings: RunSettings, generator: Generator) -> None:
    """Give all generators one Jinja environment: Pelican makes an equal one for each."""
    collected = context.collected
    if collected.environment is None:
        install(generator.env, context.site)
        collected.environment = context.reused.templates.environment(
            generator.env, *settings.environment_shape
        )
        if context.code.names:
            name_strings(collected.environment)
        context.placeholders.environment = collected.environment
    generator.env = collected.environment
    if context.is_reusing and not context.code.names:
        generator.get_template = partial(named_template, generator)


def _record(context: RunContext, settings: RunSettings, recorded: Recorded) -> None:
    """Collect a page that Pelican would render now, with the names of its own."""
    collected, path = context.collected, recorded.path
    if recorded.catalog.key == context.request.showings[0].key:  # the first edition is written first
        collected.corporate_paths.add(path)
    if context.request.is_ours:
        is_corporate = path in collected.corporate_paths
        recorded.context.update(page_names(context.site, recorded, is_corporate=is_corporate))
    page = collected.staged[id(recorded)] = StagedPage(
        recorded, partial(staged_template, context.reused.templates)
    )
    is_passing = recorded.template.name in settings.template_pages
    if not context.is_reusing or is_passing or context.code.names:
        try:
            full_template(page.template)  # loaded while Pelican's loader knows it
        except TemplateSyntaxError as error:
            note_template(context.noted_faults, error)


def _edition_names(context: RunContext, catalog: Catalog) -> Mapping[str, Any]:
    return edition_names(context.site, catalog, context.collected.news_url)
