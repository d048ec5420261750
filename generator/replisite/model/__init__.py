"""What the program talks about: frozen values and pure functions, without files, clock or network.

address             where a distributor's pages lie in the output, and what they are called on the web
address_attributes  say which attributes hold addresses, in what form, and whether they mean the visitor's page or the company's
address_texts       find the addresses in a text that may hold several
alias               the name of a distributor's site: what it may be, and which two would look alike
channels            the consented ways to reach a person, from what that person publishes
company             the company itself, as the owner of the corporate site
company_links       find the company links of a page, that is, the addresses that lead to the hosts of ``[links]``, and say whose they are
distributor         a person on the roster, and the same person as templates see them
links               expand the referral links of site.toml, which are RFC 6570 URI templates
live_files          what a live site consists of
lost_letters        name the letters of a roster's cell that are not published as they are written
manifest            what a finished output holds: one entry per file, in the order of its path
options             the options of the command line that say what a site is made from, and the path of its people database
page_links          the links of a page as text, and the files that they lead to
page_scan           read a page as a browser's tokenizer does, as far as that finds the texts that hold addresses
photo_paths         where distributors' photos are in the output, and what they are called
places              which edition an owner's site is, and where it lies and is called, by site.toml's addresses
redirects           where visitors of a site that is not there any more are sent
referral            say where a server reads the owner's id in an address, and whether a link template carries it there
refused_row         a roster row that cannot be taken: what is left of it
roster_terms        what of site.toml a roster is read with
security            the headers that protect visitors, as they are sent with every answer
site                one company's site as its site.toml describes it: frozen, and valid from birth
sitemap             the corporate site's sitemap and robots.txt
target              a place that the sites are deployed to, as site.toml describes it
text                what is done to every text that a distributor writes, before anything else sees it
view                what of an edition somebody gets to see
"""
