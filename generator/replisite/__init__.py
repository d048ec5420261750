"""replisite renders one company's pages into one personalised site per distributor."""

__version__ = "0.1.0"
