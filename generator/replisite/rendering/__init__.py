"""From plates and a roster to pages: the work of many processes.

company_links.py   count the company links of all sites, and those that carry the site's owner
"""
