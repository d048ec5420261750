"""From plates and a roster to pages: the work of many processes.

steps             what comes before the first page is pressed
process           the process that makes pages, as the others see it
worker            the same process, inside: Pelican runs, pages are staged, proved and pressed
shards            the work of one worker, as plain data for any executor
cache             pages kept from one build to the next
inputs            what a Pelican run has read, and whether its plates can travel
company_links     the company links of all sites, and those that carry the site's owner
shared_list       which files of an output exist once
shared_photos     derived photos in the output, each once
withdrawn_photos  find the sites of an output that still name a photo whose file a build of some sites has removed
"""
