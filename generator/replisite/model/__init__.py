"""What the program talks about: frozen values and pure functions, without files, clock or network.

addresses           how the owners' sites are addressed: in folders of the company's host, below it, or on hosts of their own
alias               the name of a distributor's site: what it may be, and which two would look alike
channels            the consented ways to reach a person, from what that person publishes
company             the house account: the company as the owner of the corporate site
distributor         a person on the roster, and the same person as templates see them
host_name           a host name: what it may be
live_files          what a live site consists of
lost_letters        the letters of a roster's cell that are not published as they are written
manifest            what a finished output holds: one entry per file, in the order of its path
mode                the two modes of a build: replisite's own, and Pelican's
options             the options that commands share: which sources they read, and the path of the people database
photo_paths         where distributors' photos are in the output, and what they are called
redirects           where visitors of a site that is not there any more are sent
refused_row         what is left of a roster row with faults
roster_terms        what of site.toml a roster is read with
security            the headers that protect visitors, as they are sent with every answer
site                one company's site as its site.toml describes it: frozen, and valid from birth
sitemap             the corporate site's sitemap and robots.txt
target              a place that the sites are deployed to, as site.toml describes it
text                what is done to every text that a distributor writes, before anything else sees it
view                an edition as one kind of reader sees it
"""
