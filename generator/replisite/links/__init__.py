"""Addresses in pages, and the links of site.toml that carry an owner's id: pure functions on text.

attributes          which attributes hold addresses, in what form, and whether they mean the visitor's page or the company's
company_links       the company links of a page, that is, the addresses that lead to the hosts of ``[links]``, and whose they are
embedded_addresses  the addresses in a text that may hold several: CSS, ``srcset``, a refresh; and an attribute's value as text
owner_id            where a server reads the owner's id in an address, and whether a link template carries it there
page_links          the links of a page as text, and the files that they lead to
page_scan           a page read as a browser's tokenizer reads it, as far as that finds the texts that hold addresses
uri_template        the referral links of site.toml, which are RFC 6570 URI templates, expanded
"""
