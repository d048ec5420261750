"""From plates and a roster to pages: the work of many processes.

steps             the steps before the first page is pressed
process           the process that makes pages, as the rest of the program sees it
worker            its inside: it holds the composed site, and proves and presses it
compose           read the content and stage every page, or reuse the pages of the last build
prove             compare pages with Jinja's rendering for a sample of owners, and follow their links
press             press the corporate site and the sites of owners
shards            the work of one worker, as plain data for any executor
executors         run the parts of a work in several processes that share one value without copying it
cache             the staged pages of the last build, as long as nothing that they were made from has changed
cache_key         the fields of site.toml that pages depend on
inputs            the files that a Pelican run has read, and whether its plates can be pickled
company_links     the company links of all sites, and those that carry the site's owner
shared_list       the files of an output that exist once
shared_photos     derived photos in the output, each once
withdrawn_photos  find the sites of an output that still name a photo whose file a build of some sites has removed
"""
